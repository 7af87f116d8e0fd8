"""The console's pages on items: statistics after every submit, flags, reports, the CSV file, and empty states."""

import csv
import io
from collections import Counter

import pytest

from course.assessment.attempts import reporting
from course.assessment.quality import analysis, queries
from course.content.queries import catalog
from tests import factories
from tests.assessment.quality import population
from tests.factories import MODULE, NOON

SVG = "{http://www.w3.org/2000/svg}"
TABLE = f"/admin/assessments/{MODULE}"


def report(app, user, text="Two options mean the same."):
    attempt = factories.start_attempt(app, user)
    with app.app_context():
        return reporting.report_item(user, attempt, 1, text, now=NOON)


def test_an_assessment_without_attempts_says_what_will_be_here(pages, admin):
    page = pages.as_(admin).get(TABLE)
    assert "No submitted attempts yet" in page.text
    assert "Not answered yet: " in page.text


def test_every_submit_shows_immediately(app, pages, admin, learner, other_learner):
    assert "First attempts: 0" not in pages.as_(admin).get(TABLE).text
    factories.sit(app, learner)
    assert "First attempts: 1" in pages.as_(admin).get(TABLE).text
    factories.sit(app, other_learner, right=False)
    page = pages.as_(admin).get(TABLE)
    assert "First attempts: 2" in page.text
    assert "Too few first attempts to judge" in page.text


def test_below_thirty_responses_figures_are_shown_but_nothing_is_flagged(app, pages, admin):
    population.populate(app, 12)
    with app.app_context():
        counts = queries.counts_of(MODULE)
        items = queries.items_by_id(counts.every.responses)
        assert all(analysis.statistics_of(counts.first, item).flags == () for item in items.values())
    page = pages.as_(admin).get(TABLE)
    assert "n = 12" in page.text
    assert "Fewer than 30 attempts: not judged" in page.text


def test_first_attempts_are_separate_from_all(populated, app, pages, admin):
    with app.app_context():
        counts = queries.counts_of(MODULE)
    assert counts.first.attempts == 150
    assert counts.every.attempts > 150
    page = pages.as_(admin).get(TABLE)
    assert f"All attempts: {counts.every.attempts}" in page.text


def test_every_row_and_every_mark_of_the_map_leads_to_its_item(populated, app, pages, admin):
    page = pages.as_(admin).get(TABLE)
    with app.app_context():
        counts = queries.counts_of(MODULE)
        items = queries.items_by_id(counts.every.responses)
        lines = {
            id_: (analysis.statistics_of(counts.first, i), analysis.statistics_of(counts.every, i))
            for id_, i in items.items()
        }
    in_rows = Counter(a.get("href") for a in page.tree.iter("a"))
    on_maps = Counter(a.get("href") for a in page.tree.iter(f"{SVG}a"))
    for id_, both in lines.items():
        defined = sum(line.discrimination.value is not None for line in both)
        assert (in_rows[f"/admin/items/{id_}"], on_maps[f"/admin/items/{id_}"]) == (1, defined), id_
    assert on_maps.total() > 40
    assert all(a.get("aria-label") for a in page.tree.iter(f"{SVG}a"))
    assert "Unused distractor" in page.text


@pytest.mark.parametrize("sort", analysis.SORTS)
def test_the_table_is_sorted_by_each_column_both_ways(app, pages, admin, learner, sort):
    factories.sit(app, learner)
    for order in ("up", "down"):
        page = pages.as_(admin).get(f"{TABLE}?sort={sort}&order={order}")
        sorted_by = [th.get("aria-sort") for th in page.tree.iter("th") if th.get("aria-sort")]
        assert sorted_by == ["descending" if order == "down" else "ascending"]


def test_an_unknown_sort_falls_back_to_the_default(app, pages, admin, learner):
    factories.sit(app, learner)
    assert pages.as_(admin).get(f"{TABLE}?sort=nonsense").status == 200


def test_the_table_can_be_downloaded(populated, app, pages, admin):
    response = pages.as_(admin).client.get(f"{TABLE}.csv")
    rows = list(csv.DictReader(io.StringIO(response.get_data(as_text=True))))
    with app.app_context():
        counts = queries.counts_of(MODULE)
        item = catalog().items[rows[0]["item"]][0]
        line = analysis.statistics_of(counts.first, item)
    assert len(rows) == len(counts.every.responses)
    assert float(rows[0]["first: p"]) == pytest.approx(line.p.value, abs=1e-5)
    assert int(rows[0]["first: n"]) == line.p.n
    assert response.headers["Content-Disposition"] == f"attachment; filename=items-{MODULE}.csv"


def test_an_item_shows_its_key_its_figures_and_what_each_fifth_chose(populated, app, pages, admin):
    with app.app_context():
        item = next(i for i in catalog().banks[MODULE].items if i.type == "single")
        of_item = queries.counts_of_item(item.id)[MODULE]
        chosen = analysis.detail_of(of_item.every, item, queries.choices_of_item(item.id)[MODULE][1])
    page = pages.as_(admin).get(f"/admin/items/{item.id}")
    assert "correct answer" in page.text
    assert sum(option.count for option in chosen.options) == sum(figure.n for figure in chosen.fifths)
    assert "First attempts: what each fifth chose" in page.text
    assert f"/admin/rescoring/{item.id}" in page.html
    assert "Wordings" in page.text


def test_an_unanswered_item_says_so_and_an_unknown_one_is_not_found(app, pages, admin):
    assert "No answers yet" in pages.as_(admin).get("/admin/items/adverse-001").text
    assert pages.as_(admin).get("/admin/items/none").status == 404
    assert pages.as_(admin).get("/admin/assessments/none").status == 404


def test_items_of_every_type_have_a_page(app, pages, admin, catalog):
    of_each = {item.type: item.id for item, _ in catalog.items.values()}
    for id_ in of_each.values():
        assert pages.as_(admin).get(f"/admin/items/{id_}").status == 200


def test_items_made_for_a_state_have_a_page_too(app, pages, admin, learner):
    factories.sit(app, learner, "state-scope")
    with app.app_context():
        own = [id_ for id_ in queries.counts_of("state-scope").every.responses if id_ not in catalog().items]
    assert own
    page = pages.as_(admin).get(f"/admin/items/{own[0]}")
    assert "In no bank" in page.text
    assert own[0] in pages.as_(admin).get("/admin/assessments/state-scope").text


def test_statements_of_the_pages_do_not_grow_with_learners(app, pages, admin, count_queries):
    def statements():
        found = []
        for path in ("/admin/items/", TABLE, f"{TABLE}.csv", "/admin/items/adverse-001", "/admin/reports/"):
            with count_queries() as seen:
                pages.as_(admin).get(path)
            found.append(len(seen))
        return found

    population.populate(app, 40)
    few = statements()
    population.populate(app, 40, seed=8)
    assert statements() == few
    assert max(few) <= 10


class TestReports:
    def test_a_report_is_listed_until_it_is_answered_and_stays_with_its_item(self, app, pages, admin, learner):
        made = report(app, learner)
        console = pages.as_(admin)
        assert "Two options mean the same." in console.get("/admin/reports/").text
        assert "Two options mean the same." in console.get(f"/admin/items/{made.item_id}").text
        assert "Learners' reports (1)" in console.get("/admin/items/").text
        answer = console.post(f"/admin/reports/{made.code}", {"reply": "The third is reworded."})
        assert (answer.status, answer.location) == (303, f"/admin/items/{made.item_id}#reports")
        assert "No open reports" in console.get("/admin/reports/").text
        assert "The third is reworded." in console.get(f"/admin/items/{made.item_id}").text

    def test_an_answer_needs_text(self, app, pages, admin, learner, other_learner):
        made = report(app, learner)
        report(app, other_learner, "Another one.")
        answer = pages.as_(admin).post(f"/admin/reports/{made.code}", {"reply": " "})
        assert answer.status == 422
        assert answer.text.count("Error: Enter an answer.") == 1
        assert "Another one." in answer.text

    def test_an_unknown_report_is_not_found(self, pages, admin):
        path = "/admin/reports/00000000-0000-4000-8000-000000000000"
        assert pages.as_(admin).post(path, {"reply": "So."}).status == 404
