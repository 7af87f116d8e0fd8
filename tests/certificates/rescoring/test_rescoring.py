"""Re-scoring as it is recorded: scores, audit, mails, certificates in question."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from course.assessment.attempts import taking
from course.assessment.attempts.models import Attempt, AttemptItem, ItemTally
from course.certificates.completion import queries as completion
from course.certificates.issuing import issuing, renewing, request_queries, requesting
from course.certificates.issuing import queries as register
from course.certificates.issuing.models import Request
from course.certificates.rescoring import actions, queries, rescore
from course.certificates.rescoring.models import Question, RescoredAttempt, Rescoring
from course.content.queries import catalog as content
from course.platform import db, jobs
from course.platform.audit.models import AuditEvent
from tests import factories
from tests.certificates.rescoring.bank import ITEM, RIGHT, WRONG, begin, decide, now_of, sit, use
from tests.factories import COURSE, MODULE, NOON


@pytest.fixture
def wrong(app, catalog):
    """The bank with the wrong key."""
    use(app, catalog, WRONG)


@pytest.fixture
def knows(app, wrong, learner):
    """Answered what is right, which the wrong key counted as wrong: 8 of 11, not passed."""
    return sit(app, learner, answer=RIGHT)


@pytest.fixture
def errs(app, wrong, other_learner):
    """Answered what is wrong, which the wrong key counted as right: 9 of 11, passed."""
    return sit(app, other_learner, answer=WRONG)


@pytest.fixture
def corrected(app, catalog, knows, errs):
    """The bank with the right key, once both have been scored by the wrong one."""
    use(app, catalog, RIGHT)


def events(app, kind):
    with app.app_context():
        return [row.details for row in db.session.query(AuditEvent).filter_by(event=kind).order_by(AuditEvent.id)]


class TestDecision:
    def test_a_new_key_lifts_who_was_right_and_takes_no_pass(self, app, admin, knows, errs, corrected):
        decide(app, admin)
        assert now_of(app, knows) == ("9", 11, True)
        assert now_of(app, errs) == ("8", 11, True)

    def test_passes_are_taken_where_that_is_said(self, app, admin, knows, errs, corrected):
        decide(app, admin, take_passes=True)
        assert now_of(app, errs) == ("8", 11, False)

    def test_accepting_both_lifts_one_and_costs_the_other_nothing(self, app, admin, knows, errs, corrected):
        decide(app, admin, "accept-both", take_passes=True)
        assert now_of(app, knows) == now_of(app, errs) == ("9", 11, True)

    def test_a_dropped_item_counts_for_nobody(self, app, admin, knows, errs, corrected):
        decide(app, admin, "drop")
        assert now_of(app, knows) == now_of(app, errs) == ("8", 10, True)
        with app.app_context():
            assert db.session.query(ItemTally).filter_by(item_id=ITEM).count() == 0

    def test_the_newest_of_two_decisions_counts_and_rests_on_the_wording(self, app, admin, knows, errs, corrected):
        decide(app, admin, "drop")
        decide(app, admin, "new-key", take_passes=True)
        assert (now_of(app, knows), now_of(app, errs)) == (("9", 11, True), ("8", 11, False))
        decide(app, admin, "accept-both")
        assert now_of(app, errs) == ("9", 11, True)

    def test_the_counts_are_those_of_the_new_scores(self, app, admin, corrected):
        decide(app, admin)
        with app.app_context():
            rows = db.session.query(ItemTally).filter_by(item_id=ITEM).all()
            assert {(str(row.total), str(row.points)): row.count for row in rows} == {("9", "1"): 1, ("8", "0"): 1}

    def test_an_open_attempt_is_scored_by_the_decision_when_it_is_submitted(self, app, catalog, admin, learner, wrong):
        attempt = begin(app, learner, answer=RIGHT)
        use(app, catalog, RIGHT)
        decide(app, admin)
        with app.app_context():
            assert db.session.get_one(Attempt, attempt.id).points is None
            assert str(taking.submit(learner, attempt, now=NOON).points) == "9"

    def test_a_wording_that_has_the_corrected_key_is_left_alone(self, app, admin, corrected):
        newer = sit(app, factories.person(app, "Nora Newer"), answer=RIGHT)
        decide(app, admin)
        with app.app_context():
            assert db.session.query(AttemptItem).filter_by(attempt_id=newer.id, item_id=ITEM).one().ruling is None


class TestRecord:
    def test_every_step_is_in_the_audit_log_with_old_and_new_scores(self, app, admin, corrected):
        done = decide(app, admin, reason="Option c is right.")
        (whole,) = events(app, "item:rescored")
        assert whole == {
            "decision": "new-key",
            "reason": "Option c is right.",
            "take_passes": False,
            "attempts": 2,
            "passes_gained": 1,
            "passes_lost": 0,
            "key_before": [{"key": WRONG}],
            "key_after": {"key": RIGHT},
        }
        first, second = events(app, "attempt:rescored")
        assert first == {
            "item": ITEM,
            "rescoring": str(done.code),
            "before": {"points": "8", "scored": 11, "passed": False},
            "after": {"points": "9", "scored": 11, "passed": True},
        }
        assert second["after"] == {"points": "8", "scored": 11, "passed": True, "pass_kept": True}

    def test_old_and_new_scores_are_kept_and_cannot_be_changed(self, app, admin, knows, corrected):
        decide(app, admin)
        with app.app_context():
            row = db.session.query(RescoredAttempt).filter_by(attempt_id=knows.id).one()
            assert (str(row.points_before), row.passed_before, str(row.points_after), row.passed_after) == (
                "8",
                False,
                "9",
                True,
            )
            row.scored_after = 3
            with pytest.raises(Exception, match="append-only"):
                db.session.flush()
            db.session.rollback()

    def test_everyone_whose_score_changed_gets_one_plain_mail(self, app, admin, corrected, config):
        decide(app, admin, reason="Option c is right.", take_passes=True)
        assert jobs.drain(app) == 2
        first, second = (path.read_text() for path in sorted((config.data / "mail").glob("*.eml")))
        assert "now: 9 of 11, passed" in first
        assert "You have passed." in first
        assert "before: 9 of 11, passed" in second
        assert "This attempt no longer passes." in second
        assert "Option c is right." in second


class TestRefusal:
    def test_sent_twice_it_is_done_once(self, app, admin, corrected):
        with app.app_context():
            shown = queries.scope_of(ITEM).digest
        assert decide(app, admin, shown=shown).code == decide(app, admin, shown=shown).code
        with app.app_context():
            assert db.session.query(Rescoring).count() == 1

    def test_another_decision_on_the_same_preview_is_refused(self, app, admin, corrected):
        with app.app_context():
            shown = queries.scope_of(ITEM).digest
        decide(app, admin, shown=shown)
        with pytest.raises(actions.EffectChanged):
            decide(app, admin, "drop", shown=shown)

    def test_an_attempt_that_was_submitted_since_is_shown_first(self, app, admin, knows, corrected):
        with app.app_context():
            shown = queries.scope_of(ITEM).digest
        sit(app, factories.person(app, "Late Latecomer"), answer=RIGHT)
        with pytest.raises(actions.EffectChanged):
            decide(app, admin, shown=shown)
        assert now_of(app, knows) == ("8", 11, False)

    def test_a_bank_that_changed_since_is_shown_first(self, app, catalog, admin, knows, corrected):
        with app.app_context():
            shown = queries.scope_of(ITEM).digest
        use(app, catalog, ["b"])
        with pytest.raises(actions.EffectChanged):
            decide(app, admin, shown=shown)

    def test_an_item_that_nobody_has_met_is_not_re_scored(self, app, admin, wrong):
        with pytest.raises(actions.NotMet):
            decide(app, admin)

    def test_an_item_that_left_the_bank_can_only_be_dropped(self, app, catalog, admin, corrected):
        kept = tuple(item for item in catalog.banks[MODULE].items if item.id != ITEM)
        bank_without = catalog.banks[MODULE].model_copy(update={"items": kept})
        factories.change_site(app, catalog=factories.replaced(catalog, banks={**catalog.banks, MODULE: bank_without}))
        with pytest.raises(actions.KeyFitsNothing):
            decide(app, admin)
        assert decide(app, admin, "drop").corrected_digest is None


class TestChangedKeys:
    def found(self, app):
        with app.app_context():
            return [(one.item.id, one.attempts) for one in queries.changed_keys()]

    def test_a_corrected_key_is_found_until_it_was_decided_on(self, app, catalog, admin, knows, errs):
        assert self.found(app) == []
        use(app, catalog, RIGHT)
        assert self.found(app) == [(ITEM, 2)]
        decide(app, admin, "accept-both")
        assert self.found(app) == []
        use(app, catalog, ["b"])
        assert self.found(app) == [(ITEM, 2)]
        decide(app, admin, "drop")
        assert self.found(app) == []

    def test_a_mended_text_is_no_changed_key(self, app, catalog, knows):
        use(app, catalog, WRONG, rationale="Told better. [@R136]")
        assert self.found(app) == []


@pytest.fixture
def certified(app, wrong, other_learner, admin):
    """A certificate that rests on an attempt which passed by the wrong key."""
    return certify(app, other_learner, admin)


def certify(app, person, admin):
    factories.study_module(app, person)
    sit(app, person, answer=WRONG)
    factories.evaluate(app, person)
    with app.app_context():
        asked = requesting.request_certificate(
            person,
            content().courses[COURSE],
            person.licenses[0],
            attested_name=person.legal_name,
            print_license=True,
            now=NOON,
        )
        return issuing.issue(asked, actor=admin, now=NOON + timedelta(hours=1))


def questions(app):
    with app.app_context():
        return [row[0] for row in queries.open_questions()]


class TestCertificates:
    def test_none_is_in_question_while_passes_stand(self, app, catalog, admin, certified):
        use(app, catalog, RIGHT)
        decide(app, admin)
        assert questions(app) == []

    def test_one_is_listed_when_the_pass_that_it_rests_on_is_taken(self, app, catalog, admin, certified):
        use(app, catalog, RIGHT)
        decide(app, admin, take_passes=True)
        assert [one.certificate_code for one in questions(app)] == [certified.code]

    def test_none_is_in_question_where_another_attempt_passes_now(self, app, catalog, admin, other_learner, wrong):
        sit(app, other_learner, answer=RIGHT, now=NOON - timedelta(days=1))
        certify(app, other_learner, admin)
        use(app, catalog, RIGHT)
        decide(app, admin, take_passes=True)
        assert questions(app) == []

    def test_a_pass_of_a_later_cycle_saves_no_certificate_of_an_earlier_one(
        self, app, catalog, admin, other_learner, certified
    ):
        with app.app_context():
            renewing.renew(other_learner, content().courses[COURSE], 2, now=NOON + timedelta(days=1))
        use(app, catalog, RIGHT)
        sit(app, other_learner, answer=RIGHT, now=NOON + timedelta(days=2))
        decide(app, admin, take_passes=True)
        assert [one.certificate_code for one in questions(app)] == [certified.code]

    def test_a_kept_one_stands_and_the_log_says_why(self, app, catalog, admin, certified):
        use(app, catalog, RIGHT)
        decide(app, admin, take_passes=True)
        (asked,) = questions(app)
        with app.app_context():
            actions.keep(asked, "Passed another way.", actor=admin, now=NOON)
            assert register.certificate_of(certified.code).revocation is None
        assert questions(app) == []
        assert events(app, "certificate:kept")[0]["reason"] == "Passed another way."
        with app.app_context(), pytest.raises(actions.QuestionDecided):
            actions.revoke(asked, "No.", actor=admin, now=NOON)

    def test_one_that_is_no_longer_earned_is_not_re_issued_but_may_be_revoked(self, app, catalog, admin, certified):
        use(app, catalog, RIGHT)
        decide(app, admin, take_passes=True)
        (asked,) = questions(app)
        with app.app_context():
            with pytest.raises(request_queries.NotComplete, match="Quiz: Adverse events"):
                actions.reissue(asked, "Corrected.", actor=admin, now=NOON)
            assert register.certificate_of(certified.code).revocation is None
        assert len(questions(app)) == 1
        with app.app_context():
            actions.revoke(asked, "Not passed.", actor=admin, now=NOON)
        with app.app_context():
            assert register.certificate_of(certified.code).revocation.reason == "a requirement was not met"

    def test_one_that_is_earned_again_is_re_issued_with_the_same_signature(
        self, app, catalog, admin, other_learner, certified
    ):
        use(app, catalog, RIGHT)
        decide(app, admin, take_passes=True)
        again(app, other_learner)
        (asked,) = questions(app)
        with app.app_context():
            new = actions.reissue(asked, "Corrected.", actor=admin, now=NOON + timedelta(days=2))
        with app.app_context():
            old = register.certificate_of(certified.code)
            assert (old.revocation, old.successor.supersedes_why) == (None, "an assessment was scored anew")
            assert (new.cycle, new.revision, new.name) == (1, 2, old.name)
            signed = [register.request_behind(one) for one in (old, register.certificate_of(new.code))]
            assert signed[0].attestation == signed[1].attestation
            assert new.facts["license_number"] == old.facts["license_number"]
            assert new.facts["assessments"] != old.facts["assessments"]
            assert register.awards_of(other_learner.id)[COURSE].code == new.code
        assert questions(app) == []

    def test_a_request_that_waits_on_a_pass_that_is_taken_is_turned_down(
        self, app, catalog, admin, other_learner, wrong
    ):
        factories.study_module(app, other_learner)
        sit(app, other_learner, answer=WRONG)
        factories.evaluate(app, other_learner)
        with app.app_context():
            requesting.request_certificate(
                other_learner,
                content().courses[COURSE],
                other_learner.licenses[0],
                attested_name=other_learner.legal_name,
                print_license=True,
                now=NOON,
            )
        use(app, catalog, RIGHT)
        decide(app, admin, take_passes=True)
        with app.app_context():
            asked = db.session.query(Request).one()
            assert asked.state == "rejected"
            assert "scored anew" in asked.reason
            assert not completion.standing_of(other_learner, content().courses[COURSE]).complete


def again(app, person):
    """Reads once more and passes by what is right."""
    later = NOON + timedelta(days=1)
    factories.study_module(app, person, now=later)
    return sit(app, person, answer=RIGHT, mistakes=0, now=later)


def together(work, times):
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(work, range(times)))


def test_on_both_databases_two_administrators_at_once_decide_once(either_app, catalog):
    app = either_app
    admin, person = factories.person(app, "Ada Admin", role="admin"), factories.person(app, "Lena Learner")
    use(app, catalog, WRONG)
    attempt, other = sit(app, person, answer=RIGHT), sit(app, factories.person(app, "Otto Other"), answer=WRONG)
    use(app, catalog, RIGHT)
    with app.app_context():
        shown = queries.scope_of(ITEM).digest
    codes = together(lambda _: decide(app, admin, take_passes=True, shown=shown).code, 6)
    assert len(set(codes)) == 1
    assert (now_of(app, attempt), now_of(app, other)) == (("9", 11, True), ("8", 11, False))
    with app.app_context():
        assert db.session.query(RescoredAttempt).count() == 2
        assert queries.changed_keys() == []
        assert [row.changed for row in queries.history(page=1, size=5)] == [2]
        assert db.session.query(Question).count() == 0


def test_statements_do_not_grow_with_attempts(app, catalog, admin, count_queries):
    """But for the rows of the log and of the outbox, one for each person, which PostgreSQL takes in batches."""
    counts = []
    for people, key in ((2, ["b"]), (12, RIGHT)):
        use(app, catalog, WRONG)
        for n in range(people):
            sit(app, factories.person(app, f"P{people}{n} Person"), answer=RIGHT if n % 2 else WRONG)
        use(app, catalog, key)
        with app.app_context():
            shown = queries.scope_of(ITEM).digest
        with count_queries() as seen:
            decide(app, admin, take_passes=True, shown=shown)
        counts.append(sum(not one.startswith(("INSERT INTO audit_event", "INSERT INTO outbox")) for one in seen))
    assert counts[1] <= counts[0] + 1, counts


def test_the_effect_that_was_shown_is_what_is_put_on_record(app, admin, knows, errs, corrected):
    with app.app_context():
        shown = rescore.effect(queries.scope_of(ITEM), "new-key").recorded(take_passes=True)
    decide(app, admin, take_passes=True)
    told = {change.sitting.id: (str(result.points), result.scored, result.passed) for change, result in shown}
    assert told == {attempt.id: now_of(app, attempt) for attempt in (knows, errs)}
