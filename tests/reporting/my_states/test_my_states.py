"""My states: the evidence from every room, the cards, the page of a state, what if, and the checklist."""

from datetime import date, timedelta

import pytest

from course.content.schema.hours import Mode
from course.people.accounts import queries as accounts
from course.reporting.my_states import queries
from course.states.requirements.judgment import Verdict
from tests import factories
from tests.factories import MODULE, NOON

STATES = ("FL", "MD", "CO", "NJ", "CA")


def evidence_of(app, *people):
    with app.app_context():
        return queries.evidence_of(list(accounts.people_of([one.id for one in people]).values()), NOON)


@pytest.fixture
def mine(pages, learner):
    return pages.as_(learner)


class TestEvidence:
    def test_a_module_counts_once_its_quiz_is_passed(self, app, learner, catalog):
        factories.study_module(app, learner)
        assert evidence_of(app, learner)[learner.id].training == ()
        factories.sit(app, learner, now=NOON + timedelta(days=1))
        (training,) = evidence_of(app, learner)[learner.id].training
        assert (training.mode, training.minutes) == (Mode.SELF_PACED_ONLINE, catalog.modules[MODULE].minutes)
        assert training.completed_on == (NOON + timedelta(days=1)).date()
        assert "emergencies" in training.topics
        assert training.verified_by == catalog.provider.name

    def test_an_external_credit_counts_only_if_it_was_training_in_needling(self, app, learner):
        factories.add_external_credit(app, learner)
        factories.add_external_credit(
            app, learner, title="Needling II", is_needling=True, topics=["palpation"], approvers=["fsbpt"]
        )
        (training,) = evidence_of(app, learner)[learner.id].training
        assert (training.title, training.mode, training.minutes) == ("Needling II", Mode.IN_PERSON, 240)
        assert (training.topics, dict(training.approvals)) == (frozenset({"palpation"}), {"fsbpt": None})
        assert training.verified_by is None

    def test_labs_and_confirmed_sessions_are_evidence_of_who_led_and_confirmed_them(self, app, admin, learner):
        everything(app, admin, learner)
        found = evidence_of(app, learner)[learner.id]
        lab = [one for one in found.training if one.mode is Mode.IN_PERSON and one.verified_by]
        assert sum(one.minutes for one in lab) == 240
        assert {one.verified_by for one in lab} == {"Iris Instructor"}
        assert [(one.verified_by is not None, one.minutes) for one in found.sessions] == [(True, 30), (True, 30)]

    def test_licenses_and_statements_are_evidence(self, app, pages, learner):
        factories.add_proof(app, learner)
        pages.as_(learner).post("/proof/new/license", {"jurisdiction": "HI", "on": "2026-01-01"})
        found = evidence_of(app, learner)[learner.id]
        assert [(one.jurisdiction, one.unrestricted) for one in found.licenses] == [("HI", True)]
        assert [one.first for one in found.practice] == [date(2021, 1, 1)]

    def test_many_people_take_as_many_statements_as_one(self, app, learner, other_learner, admin, count_queries):
        def count(*people):
            with app.app_context():
                loaded = list(accounts.people_of([one.id for one in people]).values())
                with count_queries() as statements:
                    queries.evidence_of(loaded, NOON)
            return len(statements)

        for person in (learner, other_learner):
            factories.add_external_credit(app, person, is_needling=True)
            factories.add_proof(app, person)
        assert count(learner) == count(learner, other_learner, admin)


class TestCards:
    def test_each_license_has_a_card_with_verdict_and_next_step(self, app, mine, learner):
        factories.license_in(app, learner, "FL")
        text = mine.get("/my-states/").text
        assert "Not yet" in text
        assert "Requirements met: 0 of" in text
        assert "Next step:" in text
        assert "Hawaii" in text

    def test_fewer_than_ten_statements_whatever_is_on_record(self, app, pages, admin, learner, count_queries):
        def count():
            mine = pages.as_(learner)
            with count_queries() as statements:
                mine.get("/my-states/")
            return len(statements)

        everything(app, admin, learner)
        first = count()
        for state in STATES:
            factories.license_in(app, learner, state, expires_on=date(2027, 1, 31), renewal_months=24)
        assert count() == first < 10

    def test_a_renewal_shows_the_hours_of_the_transcript(self, app, mine, learner):
        factories.license_in(app, learner, "FL", expires_on=date(2027, 11, 30), renewal_months=24)
        factories.add_external_credit(app, learner, minutes=300)
        page = mine.get("/my-states/FL").text
        assert "Renewal of the license" in page
        assert "December 1, 2025 to November 30, 2027" in page

    def test_a_territory_says_that_nothing_is_on_file(self, app, mine, learner):
        factories.add_license(app, learner, state="GU")
        assert "Nothing about the law of Guam is on file" in mine.get("/my-states/").text
        assert "Nothing about the law of Guam is on file" in mine.get("/my-states/GU").text
        assert "Nothing about the law of Guam is on file" in mine.get("/my-states/GU/checklist").text

    def test_without_a_license_the_page_says_how_to_start(self, app, pages):
        person = factories.person(app, "Nora New", licensed=False)
        assert "No license yet" in pages.as_(person).get("/my-states/").text


class TestState:
    def test_every_state_has_its_pages_and_none_says_may_needle_when_the_judgment_does_not(
        self, app, mine, learner, catalog
    ):
        words = Verdict.MAY_NEEDLE.words
        for code in catalog.licensing_places:
            with app.app_context():
                person = accounts.person(learner.id)
                card = queries.card_of(person, code, NOON)
            may = card.judgment is not None and card.judgment.verdict is Verdict.MAY_NEEDLE
            page = mine.get(f"/my-states/{code}")
            assert page.status == 200
            headings = [" ".join(badge.itertext()).split() for badge in page.tree.iter("span") if is_badge(badge)]
            assert ([*words.split()] in [one[1:] for one in headings]) is may, code
            assert mine.get(f"/my-states/{code}/checklist").status == 200

    def test_each_requirement_cites_its_source(self, mine):
        page = mine.get("/my-states/FL")
        assert "64B17-6.008" in page.text
        assert "Confidence:" in page.text
        assert "cannot be met online" in page.text

    def test_what_if_leads_to_the_page_of_the_state(self, mine):
        assert mine.get("/my-states/what-if?state=md").location.endswith("/my-states/MD")
        text = mine.get("/my-states/MD").text
        assert "What if: Maryland" in text
        assert "What you would still need" in text
        assert mine.get("/my-states/what-if?state=ZZ").status == 404

    def test_with_a_license_nothing_is_hypothetical(self, app, mine, learner):
        factories.license_in(app, learner, "MD")
        text = mine.get("/my-states/MD").text
        assert "What if" not in text
        assert "What you would still need" not in text


class TestFiling:
    def test_a_paper_that_was_sent_is_on_record(self, app, mine, learner):
        factories.license_in(app, learner, "FL")
        assert "I sent it" in mine.get("/my-states/FL").text
        answer = mine.post("/proof/filed/FL/attestation", {"filed_on": "2026-02-20"})
        assert answer.location.endswith("/my-states/FL")
        (paper,) = evidence_of(app, learner)[learner.id].filings
        assert (paper.jurisdiction, paper.requirement, paper.filed_on) == ("FL", "attestation", date(2026, 2, 20))
        assert "attestation, sent February 20, 2026" in mine.get("/proof/").text

    def test_only_papers_of_the_law_can_be_sent(self, mine):
        assert mine.get("/proof/filed/FL/total-hours").status == 404
        assert mine.get("/proof/filed/ZZ/attestation").status == 404


def everything(app, admin, learner):
    """Give the learner something in every room that keeps evidence."""
    factories.issue(app, learner, admin)
    factories.add_external_credit(app, learner, is_needling=True)
    factories.add_proof(app, learner)
    teacher = factories.instructor(app, admin)
    lab = factories.lab(app, admin, teacher)
    factories.book(app, learner, lab)
    factories.attend(app, learner, lab)
    factories.close_lab(app, teacher, lab)
    factories.confirm_sessions(app, learner, factories.log_sessions(app, learner, 2))


def is_badge(element):
    return "badge" in (element.get("class") or "").split()
