"""Standard setting in the app: who rates what and when, who sees the ratings, and what is stored."""

import pytest
from sqlalchemy import select

from course.assessment.quality import actions, queries
from course.assessment.quality.models import Rating
from course.content.items import item_of
from course.content.queries import catalog
from course.platform import db
from course.platform.audit import queries as audit
from course.platform.web import Refused
from tests import factories
from tests.factories import MODULE, NOON


@pytest.fixture
def panel(app, admin):
    return factories.open_panel(app, admin)


@pytest.fixture
def second_reviewer(app, admin):
    return factories.make_reviewer(app, admin, factories.person(app, "Rolf Rater", role="admin"))


def bank(app):
    with app.app_context():
        return [item.id for item in catalog().banks[MODULE].items]


def rate(app, who, panel, rating, *, items=None, round_=1):
    with app.app_context():
        actions.rate(who, panel, round_, dict.fromkeys(items or bank(app), rating), now=NOON)


def ratings(app):
    with app.app_context():
        return list(db.session.execute(select(Rating.round, Rating.item_id, Rating.rating)))


def events(app, name):
    with app.app_context():
        return [e for e in db.session.scalars(select(audit.AuditEvent)) if e.event == name]


class TestWorksheet:
    def path(self, panel, page=1):
        return f"/admin/standards/{panel.code}/worksheet?page={page}"

    def test_ten_items_a_page_are_saved_in_one_transaction(self, app, pages, reviewer, panel, count_queries):
        data = {"round": 1} | {f"rating-{id_}": 70 for id_ in bank(app)[:10]}
        mine = pages.as_(reviewer)
        with count_queries() as seen:
            answer = mine.post(self.path(panel), data)
        assert (answer.status, answer.location.endswith("page=2")) == (303, True)
        assert seen.count("COMMIT") == 1
        assert len(ratings(app)) == 10
        assert "Items rated: 10 of" in pages.as_(reviewer).get(self.path(panel, 2)).text

    def test_an_empty_field_is_rated_later_and_a_new_rating_replaces_the_old(self, app, pages, reviewer, panel):
        first = bank(app)[0]
        pages.as_(reviewer).post(self.path(panel), {"round": 1, f"rating-{first}": 60})
        pages.as_(reviewer).post(self.path(panel), {"round": 1, f"rating-{first}": 80})
        pages.as_(reviewer).post(self.path(panel), {"round": 1, f"rating-{first}": ""})
        assert ratings(app) == [(1, first, 80)]

    @pytest.mark.parametrize("rating", ["101", "-1", "many"])
    def test_a_bad_rating_shows_an_error_and_changes_nothing(self, app, pages, reviewer, panel, rating):
        first, second = bank(app)[:2]
        answer = pages.as_(reviewer).post(
            self.path(panel), {"round": 1, f"rating-{first}": rating, f"rating-{second}": 70}
        )
        assert answer.status == 422
        assert "Error:" in answer.text
        assert ratings(app) == []

    def test_the_last_page_leads_back_to_the_panel(self, app, pages, reviewer, panel):
        last = -(-len(bank(app)) // 10)
        answer = pages.as_(reviewer).post(self.path(panel, last), {"round": 1})
        assert answer.location == f"/admin/standards/{panel.code}"

    def test_only_others_ratings_are_shown_and_only_in_the_second_round(
        self, app, pages, reviewer, second_reviewer, admin, panel
    ):
        rate(app, reviewer, panel, 50)
        rate(app, second_reviewer, panel, 90)
        assert "Other reviewers" not in pages.as_(reviewer).get(self.path(panel)).text
        assert "90.0" not in pages.as_(reviewer).get(f"/admin/standards/{panel.code}").text
        pages.as_(admin).post(f"/admin/standards/{panel.code}/second-round")
        page = pages.as_(reviewer).get(self.path(panel))
        assert "Other reviewers: mean 90, 90 to 90, from 1 reviewer." in page.text
        assert "In first attempts" not in page.text

    def test_the_second_round_shows_how_hard_items_were_where_enough_people_answered(
        self, populated, app, pages, reviewer, admin, panel
    ):
        rate(app, reviewer, panel, 50)
        pages.as_(admin).post(f"/admin/standards/{panel.code}/second-round")
        assert "In first attempts" in pages.as_(reviewer).get(self.path(panel)).text

    def test_a_page_of_the_first_round_is_refused_in_the_second(self, app, pages, reviewer, admin, panel):
        rate(app, reviewer, panel, 50)
        pages.as_(admin).post(f"/admin/standards/{panel.code}/second-round")
        answer = pages.as_(reviewer).post(self.path(panel), {"round": 1, f"rating-{bank(app)[0]}": 90})
        assert answer.status == 409
        assert "The second round has begun" in answer.text

    def test_each_item_of_every_type_can_be_rated(self, app, pages, reviewer, admin):
        panel = factories.open_panel(app, admin, "final")
        with app.app_context():
            count = sum(len(bank.items) for bank in catalog().banks.values())
        for page in range(1, -(-count // 10) + 1):
            assert pages.as_(reviewer).get(self.path(panel, page)).status == 200


def test_ratings_on_either_database(either_app):
    admin = factories.person(either_app, "Ada Admin", role="admin")
    reviewer = factories.make_reviewer(either_app, admin, factories.person(either_app, "Rita Reviewer", role="admin"))
    panel = factories.open_panel(either_app, admin)
    assert factories.open_panel(either_app, admin).id == panel.id
    for rating in (60, 70):
        rate(either_app, reviewer, panel, rating)
    assert {rating for _, _, rating in ratings(either_app)} == {70}
    with either_app.app_context():
        actions.begin_second_round(admin, panel, now=NOON)
    rate(either_app, reviewer, panel, 90, items=bank(either_app)[:1], round_=2)
    with either_app.app_context():
        found = queries.standard_of(panel)
        assert found.items[bank(either_app)[0]].mean == 90
        assert found.items[bank(either_app)[1]].mean == 70


def test_a_panel_from_opening_to_closing_is_in_the_audit_log(app, pages, admin, reviewer, second_reviewer):
    opened = pages.as_(admin).post("/admin/standards/", {"assessment": MODULE})
    with app.app_context():
        panel = queries.panels()[0]
    rate(app, reviewer, panel, 60)
    rate(app, second_reviewer, panel, 80)
    pages.as_(admin).post(f"{opened.location}/second-round")
    rate(app, second_reviewer, panel, 70, round_=2)
    pages.as_(admin).post(f"{opened.location}/close")
    assert events(app, "standard:panel-opened")[0].details == {"assessment": MODULE}
    assert events(app, "standard:second-round")[0].details == {"assessment": MODULE, "raters": 2, "suggested": 70.0}
    assert events(app, "standard:panel-closed")[0].details == {
        "assessment": MODULE,
        "raters": 2,
        "items": len(bank(app)),
        "suggested": 65.0,
    }
    page = pages.as_(admin).get(opened.location)
    assert "65.0%" in page.text
    assert "The standard error over 2 reviewers is 5.0" in page.text
    assert "pass_mark of adverse-events" in page.text


def test_a_closed_panel_takes_no_ratings_and_a_second_closing_changes_nothing(app, pages, admin, reviewer, panel):
    rate(app, reviewer, panel, 60)
    for _ in range(2):
        pages.as_(admin).post(f"/admin/standards/{panel.code}/close")
    assert len(events(app, "standard:panel-closed")) == 1
    with pytest.raises(Refused, match="closed"):
        rate(app, reviewer, panel, 90)
    assert {rating for _, _, rating in ratings(app)} == {60}


def test_the_second_round_needs_ratings_and_begins_once(app, pages, admin, reviewer, panel):
    path = f"/admin/standards/{panel.code}/second-round"
    assert pages.as_(admin).post(path).status == 409
    rate(app, reviewer, panel, 60)
    assert pages.as_(admin).post(path).status == 303
    assert pages.as_(admin).post(path).status == 409


def test_ratings_of_an_old_wording_are_reported(app, pages, admin, reviewer, panel, catalog):
    rate(app, reviewer, panel, 60)
    pages.as_(admin).post(f"/admin/standards/{panel.code}/close")
    before = catalog.banks[MODULE]
    items = (item_of(before.items[0].model_dump() | {"stem": "Another stem?"}), *before.items[1:])
    banks = {**catalog.banks, MODULE: before.model_copy(update={"items": items})}
    factories.change_site(app, catalog=factories.replaced(catalog, banks=banks))
    assert "1 rating is of a wording" in pages.as_(admin).get(f"/admin/standards/{panel.code}").text


def test_items_with_a_rating_far_from_the_mean_are_marked(app, pages, admin, reviewer, second_reviewer, panel):
    first, *rest = bank(app)
    for who, rating in ((reviewer, 40), (second_reviewer, 80)):
        rate(app, who, panel, 60, items=rest)
        rate(app, who, panel, rating, items=[first])
    pages.as_(admin).post(f"/admin/standards/{panel.code}/second-round")
    page = pages.as_(admin).get(f"/admin/standards/{panel.code}")
    marked = [row for row in page.tree.iter("tr") if "far apart" in "".join(row.itertext())]
    assert [next(row.iter("a")).text for row in marked] == [first]


def test_opening_a_panel_needs_an_assessment(pages, admin):
    assert pages.as_(admin).post("/admin/standards/", {"assessment": "none"}).status == 422
