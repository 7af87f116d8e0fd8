"""Rescoring as an administrator sees it, and its result as a learner sees it."""

import re

import pytest

from course.assessment.attempts import taking
from course.certificates.rescoring import queries
from course.content.schema.blueprint import Cell
from tests import factories
from tests.certificates.rescoring.bank import ITEM, RIGHT, WRONG, decide, result_of, sit, use
from tests.certificates.rescoring.test_rescoring import certify, pass_again, questions
from tests.content.items import EXAMPLES, made
from tests.factories import MODULE, NOON

ADDRESS = f"/admin/rescoring/{ITEM}"


@pytest.fixture
def both(app, catalog, learner, other_learner):
    """Return a correct attempt that failed and a wrong one that passed; the bank is corrected afterward."""
    use(app, catalog, WRONG)
    attempts = sit(app, learner, answer=RIGHT), sit(app, other_learner, answer=WRONG)
    use(app, catalog, RIGHT)
    return attempts


def shown(app):
    with app.app_context():
        return queries.scope_of(ITEM).digest


def form(app, **more):
    return {"decision": "new-key", "reason": "Option c is right.", "shown": shown(app)} | more


class TestConsole:
    def test_it_lists_the_changed_key_with_its_attempts(self, pages, admin, both):
        page = pages.as_(admin).get("/admin/rescoring/")
        assert ITEM in page.text
        assert f'href="{ADDRESS}"' in page.html

    def test_without_changed_keys_it_says_none(self, pages, admin):
        assert "None. Every submitted attempt" in pages.as_(admin).get("/admin/rescoring/").text

    def test_any_item_is_opened_by_its_id(self, pages, admin):
        assert pages.as_(admin).get(f"/admin/rescoring/?item={ITEM}").location.endswith(ADDRESS)
        assert pages.as_(admin).get("/admin/rescoring/no-such-item").status == 404

    def test_its_front_page_leads_there(self, pages, admin):
        assert 'href="/admin/rescoring/"' in pages.as_(admin).get("/admin/").html

    @pytest.mark.parametrize("path", ["rescoring/", f"rescoring/{ITEM}", "questions/", "rescorings/x", "questions/x"])
    def test_only_administrators_see_it(self, app, pages, admin, learner, other_learner, both, path):
        if path.endswith("x"):
            path = path[:-1] + str(decide(app, admin).code)
        for person in (learner, other_learner):
            assert pages.as_(person).get(f"/admin/{path}").status == 403


class TestPreview:
    def test_it_lists_who_would_pass_and_fail_and_changes_nothing(self, app, pages, admin, learner, both):
        page = pages.as_(admin).get(ADDRESS)
        new_key = page.text.split("New key:")[1].split("Accept both:")[0]
        assert "Newly passed Lena Learner : Quiz: Adverse events" in new_key
        assert "8 of 11 becomes 9 of 11" in new_key
        assert "Below the pass mark Otto Other" in new_key
        assert f'href="/admin/people/{learner.code}"' in page.html
        dropped = page.text.split("Drop the item:")[1].split("Decision New key")[0]
        assert "Below the pass mark No one." in dropped
        assert result_of(app, both[0]) == ("8", 11, False)

    def test_it_lists_the_affected_certificates(self, app, catalog, pages, admin, other_learner):
        use(app, catalog, WRONG)
        certificate = certify(app, other_learner, admin)
        use(app, catalog, RIGHT)
        assert f"{certificate.code} , Otto Other: to be kept, reissued or revoked" in pages.as_(admin).get(ADDRESS).text

    def test_wordings_that_the_key_does_not_fit_are_marked(self, app, catalog, pages, admin, learner):
        options = {"a": "Seven days", "b": "Two days", "c": "A month", "d": "A year"}
        use(app, catalog, WRONG, options=options)
        sit(app, learner, answer=RIGHT)
        use(app, catalog, RIGHT)
        page = pages.as_(admin).get(ADDRESS).text
        assert "the bank's key does not fit" in page
        assert "New key:" not in page
        assert "Drop the item:" in page

    def test_an_item_that_left_the_bank_can_only_be_dropped(self, app, catalog, pages, admin, both):
        kept = tuple(item for item in catalog.banks[MODULE].items if item.id != ITEM)
        without = catalog.banks[MODULE].model_copy(update={"items": kept})
        factories.change_site(app, catalog=factories.replaced(catalog, banks={**catalog.banks, MODULE: without}))
        page = pages.as_(admin).get(ADDRESS).text
        assert "This item is not in an item bank." in page
        assert "Accept both" not in page

    def test_an_item_without_attempts_has_no_effect(self, pages, admin):
        assert "nothing to rescore" in pages.as_(admin).get(ADDRESS).text

    def test_its_statements_do_not_grow_with_attempts(self, app, catalog, pages, admin, both, count_queries):
        mine, counts = pages.as_(admin), []
        for people in (0, 12):
            use(app, catalog, WRONG)
            for n in range(people):
                sit(app, factories.person(app, f"P{n} Person"), answer=RIGHT if n % 2 else WRONG)
            use(app, catalog, RIGHT)
            with count_queries() as seen:
                mine.get(ADDRESS)
            counts.append(len(seen))
        assert counts[0] == counts[1]


CORRECTED = {
    "single": {"key": "c"},
    "multiple": {"key": ["b", "d"]},
    "reason": {"reason": "a"},
    "matching": {"key": {1: "a", 2: "b", 3: "c"}},
    "ordering": {"steps": ["Act", "Feel", "Listen", "Look"]},
    "numeric": {"key": 20},
    "hotspot": {"key": "rhomboid"},
    "needle": {"answer": {"entry": 5, "angle": 66, "depth": 44}},  # every correct path scores the same by either key
}


class TestEveryType:
    @pytest.fixture(params=EXAMPLES, ids=lambda item: item.type)
    def item(self, app, catalog, learner, request):
        """Submit an attempt with an item of the type, correct by the new key; then correct the bank, and return the item."""
        corrected = made(request.param.type, **CORRECTED[request.param.type])
        self.use(app, catalog, request.param)
        attempt = factories.start_attempt(app, learner)
        with app.app_context():
            factories.save_answer(learner, attempt.code, 1, corrected.solution, serial=1, now=NOON)
            self.attempt = taking.submit(learner, attempt, now=NOON)
        self.use(app, catalog, corrected)
        return corrected

    def use(self, app, catalog, item):
        bank = catalog.banks[MODULE].model_copy(update={"items": (item,), "blueprint": (Cell(items=1),)})
        factories.change_site(app, catalog=factories.replaced(catalog, banks={**catalog.banks, MODULE: bank}))

    def test_a_corrected_key_is_found_shown_and_scored(self, app, pages, admin, learner, item):
        mine = pages.as_(admin)
        assert item.id in mine.get("/admin/rescoring/").text
        page = mine.get(f"/admin/rescoring/{item.id}")
        assert "1 submitted attempt" in page.text
        assert "Key in the bank" in page.text
        digest = re.search('name="shown"[^>]*value="([0-9a-f]+)"', page.html)[1]
        sent = {"decision": "new-key", "reason": "The key was wrong.", "shown": digest}
        assert mine.post(f"/admin/rescoring/{item.id}", sent).status == 303
        assert result_of(app, self.attempt) == ("1", 1, True)
        assert "Passed" in pages.as_(learner).get(f"/attempts/{self.attempt.code}").text


class TestDecide:
    def test_the_result_page_shows_old_and_new_scores(self, app, pages, admin, both):
        mine = pages.as_(admin)
        done = mine.post(ADDRESS, form(app))
        assert done.status == 303
        page = mine.get(done.location).text
        assert "Lena Learner Quiz: Adverse events and emergency response, attempt 1 8 of 11" in page
        assert "Option c is right." in page
        assert "Everyone whose score changed will get an email." in page
        console = mine.get("/admin/rescoring/").text
        assert "passes kept" in console
        assert "None. Every submitted attempt" in console

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"decision": "guess"}, "Not a valid choice"),
            ({"decision": ""}, "Choose a decision."),
            ({"reason": " "}, "Enter what was wrong."),
            ({"shown": ""}, "The preview is missing. Reload the page."),
        ],
    )
    def test_a_missing_field_is_named_and_nothing_changes(self, app, pages, admin, both, change, message):
        page = pages.as_(admin).post(ADDRESS, form(app, **change))
        assert page.status == 422
        assert message in page.text
        assert result_of(app, both[0]) == ("8", 11, False)

    def test_a_changed_effect_is_shown_before_it_is_decided(self, app, catalog, pages, admin, both):
        sent = form(app)
        use(app, catalog, WRONG)
        sit(app, factories.person(app, "Late Latecomer"), answer=RIGHT)
        use(app, catalog, RIGHT)
        mine = pages.as_(admin)
        page = mine.post(ADDRESS, sent)
        assert page.status == 409
        assert "Nothing was changed" in page.text
        assert "Late Latecomer" in page.text
        assert f'value="{shown(app)}"' in page.html
        assert mine.post(ADDRESS, form(app)).status == 303

    def test_the_learner_sees_that_the_key_was_corrected(self, app, pages, admin, learner, both):
        pages.as_(admin).post(ADDRESS, form(app))
        page = pages.as_(learner).get(f"/attempts/{both[0].code}")
        assert "Passed" in page.text
        assert "The key of this question was corrected after you answered." in page.text
        assert "✓ correct answer, your answer" in page.text.split("rescored")[1].split("explanation")[1][:400]


class TestQuestions:
    @pytest.fixture
    def asked(self, app, catalog, admin, other_learner):
        use(app, catalog, WRONG)
        certify(app, other_learner, admin)
        use(app, catalog, RIGHT)
        decide(app, admin, take_passes=True)
        return questions(app)[0]

    def test_they_are_listed_with_old_and_new_score(self, pages, admin, asked):
        page = pages.as_(admin).get("/admin/questions/").text
        assert f"{asked.certificate_code} Otto Other" in page
        assert "9 of 11 8 of 11" in page

    def test_one_who_no_longer_meets_the_course_is_offered_keep_and_revoke(self, pages, admin, asked):
        page = pages.as_(admin).get(f"/admin/questions/{asked.code}")
        assert "no longer meets all requirements" in page.text
        assert "Quiz: Adverse events" in page.text
        assert 'value="re-issue"' not in page.html

    def test_a_reissue_that_is_not_offered_is_refused(self, pages, admin, asked):
        sent = {"decision": "re-issue", "reason": "So."}
        page = pages.as_(admin).post(f"/admin/questions/{asked.code}", sent)
        assert page.status == 409
        assert "Complete these steps first" in page.text

    @pytest.mark.parametrize(("decision", "public"), [("keep", "Valid"), ("revoke", "a requirement was not met")])
    def test_the_decision_shows_on_the_public_page(self, pages, admin, asked, decision, public):
        mine = pages.as_(admin)
        assert mine.post(f"/admin/questions/{asked.code}", {"decision": decision, "reason": "So."}).status == 303
        assert public in pages.get(f"/verify/{asked.certificate_code}").text
        assert asked.certificate_code not in mine.get("/admin/questions/").text
        assert "So." in mine.get(f"/admin/questions/{asked.code}").text
        again_ = mine.post(f"/admin/questions/{asked.code}", {"decision": decision, "reason": "So."})
        assert again_.status == 409

    def test_after_a_new_pass_the_certificate_is_reissued(self, app, pages, admin, other_learner, asked):
        pass_again(app, other_learner)
        mine = pages.as_(admin)
        assert 'value="re-issue"' in mine.get(f"/admin/questions/{asked.code}").html
        mine.post(f"/admin/questions/{asked.code}", {"decision": "re-issue", "reason": "Corrected."})
        assert "Reissued as" in mine.get("/admin/questions/").text
        assert "an assessment was rescored" in pages.get(f"/verify/{asked.certificate_code}").text

    def test_a_certificate_revoked_elsewhere_needs_no_decision(self, pages, admin, asked):
        mine = pages.as_(admin)
        sent = {"reason": "issued in error", "note": "Tried."}
        mine.post(f"/admin/certificates/{asked.certificate_code}/revoke", sent)
        assert asked.certificate_code not in mine.get("/admin/questions/").text
        assert "No decision needed" in mine.get(f"/admin/questions/{asked.code}").text
