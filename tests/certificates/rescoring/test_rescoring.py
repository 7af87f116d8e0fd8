"""What a rescoring records: scores, audit events, mails, certificates in question."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from course.assessment.attempts import taking
from course.assessment.attempts.models import Attempt, AttemptItem, ItemTally
from course.certificates.completion import queries as completion
from course.certificates.issuing import issuing, renewing, request_queries, requesting
from course.certificates.issuing import queries as register
from course.certificates.issuing.models import Request
from course.certificates.rescoring import actions, queries, rescoring_effect
from course.certificates.rescoring.models import CertificateQuestion, RescoredAttempt, Rescoring
from course.content.queries import catalog as content
from course.platform import db, jobs
from course.platform.audit.models import AuditEvent
from tests import factories
from tests.certificates.rescoring.bank import ITEM, RIGHT, WRONG, decide, open_attempt, result_of, sit, use
from tests.factories import COURSE, MODULE, NOON


@pytest.fixture
def wrong(app, catalog):
    """Use a bank with the wrong key."""
    use(app, catalog, WRONG)


@pytest.fixture
def correct_attempt(app, wrong, learner):
    """A correct answer, scored as wrong by the wrong key: 8 of 11, not passed."""
    return sit(app, learner, answer=RIGHT)


@pytest.fixture
def wrong_attempt(app, wrong, other_learner):
    """A wrong answer, scored as correct by the wrong key: 9 of 11, passed."""
    return sit(app, other_learner, answer=WRONG)


@pytest.fixture
def corrected(app, catalog, correct_attempt, wrong_attempt):
    """Use a bank with the correct key, after both attempts were scored by the wrong one."""
    use(app, catalog, RIGHT)


def events(app, kind):
    with app.app_context():
        return [row.details for row in db.session.query(AuditEvent).filter_by(event=kind).order_by(AuditEvent.id)]


class TestDecision:
    def test_a_new_key_raises_correct_answers_and_takes_no_pass(
        self, app, admin, correct_attempt, wrong_attempt, corrected
    ):
        decide(app, admin)
        assert result_of(app, correct_attempt) == ("9", 11, True)
        assert result_of(app, wrong_attempt) == ("8", 11, True)

    def test_passes_are_taken_if_requested(self, app, admin, correct_attempt, wrong_attempt, corrected):
        decide(app, admin, take_passes=True)
        assert result_of(app, wrong_attempt) == ("8", 11, False)

    def test_accepting_both_raises_one_and_costs_the_other_nothing(
        self, app, admin, correct_attempt, wrong_attempt, corrected
    ):
        decide(app, admin, "accept-both", take_passes=True)
        assert result_of(app, correct_attempt) == result_of(app, wrong_attempt) == ("9", 11, True)

    def test_a_dropped_item_counts_for_no_one(self, app, admin, correct_attempt, wrong_attempt, corrected):
        decide(app, admin, "drop")
        assert result_of(app, correct_attempt) == result_of(app, wrong_attempt) == ("8", 10, True)
        with app.app_context():
            assert db.session.query(ItemTally).filter_by(item_id=ITEM).count() == 0

    def test_the_newest_of_two_decisions_counts(self, app, admin, correct_attempt, wrong_attempt, corrected):
        decide(app, admin, "drop")
        decide(app, admin, "new-key", take_passes=True)
        assert (result_of(app, correct_attempt), result_of(app, wrong_attempt)) == (("9", 11, True), ("8", 11, False))
        decide(app, admin, "accept-both")
        assert result_of(app, wrong_attempt) == ("9", 11, True)

    def test_statistics_use_the_new_scores(self, app, admin, corrected):
        decide(app, admin)
        with app.app_context():
            rows = db.session.query(ItemTally).filter_by(item_id=ITEM).all()
            assert {(str(row.total), str(row.points)): row.count for row in rows} == {("9", "1"): 1, ("8", "0"): 1}

    def test_an_open_attempt_is_scored_by_the_decision_when_it_is_submitted(self, app, catalog, admin, learner, wrong):
        attempt = open_attempt(app, learner, answer=RIGHT)
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

    def test_old_and_new_scores_are_kept_and_cannot_be_changed(self, app, admin, correct_attempt, corrected):
        decide(app, admin)
        with app.app_context():
            row = db.session.query(RescoredAttempt).filter_by(attempt_id=correct_attempt.id).one()
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
        assert "Now: 9 of 11, passed" in first
        assert "You have passed." in first
        assert "Before: 9 of 11, passed" in second
        assert "This attempt no longer passes." in second
        assert "Option c is right." in second


class TestRefusal:
    def test_a_request_sent_twice_rescores_once(self, app, admin, corrected):
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

    def test_an_attempt_that_was_submitted_since_is_shown_first(self, app, admin, correct_attempt, corrected):
        with app.app_context():
            shown = queries.scope_of(ITEM).digest
        sit(app, factories.person(app, "Late Latecomer"), answer=RIGHT)
        with pytest.raises(actions.EffectChanged):
            decide(app, admin, shown=shown)
        assert result_of(app, correct_attempt) == ("8", 11, False)

    def test_a_bank_that_changed_since_is_shown_first(self, app, catalog, admin, correct_attempt, corrected):
        with app.app_context():
            shown = queries.scope_of(ITEM).digest
        use(app, catalog, ["b"])
        with pytest.raises(actions.EffectChanged):
            decide(app, admin, shown=shown)

    def test_an_item_without_attempts_is_not_rescored(self, app, admin, wrong):
        with pytest.raises(actions.NotAnswered):
            decide(app, admin)

    def test_an_item_that_left_the_bank_can_only_be_dropped(self, app, catalog, admin, corrected):
        kept = tuple(item for item in catalog.banks[MODULE].items if item.id != ITEM)
        bank_without = catalog.banks[MODULE].model_copy(update={"items": kept})
        factories.change_site(app, catalog=factories.replaced(catalog, banks={**catalog.banks, MODULE: bank_without}))
        with pytest.raises(actions.KeyDoesNotFit):
            decide(app, admin)
        assert decide(app, admin, "drop").corrected_digest is None


class TestChangedKeys:
    def found(self, app):
        with app.app_context():
            return [(one.item.id, one.attempts) for one in queries.changed_keys()]

    def test_a_corrected_key_is_found_until_it_was_decided_on(
        self, app, catalog, admin, correct_attempt, wrong_attempt
    ):
        assert self.found(app) == []
        use(app, catalog, RIGHT)
        assert self.found(app) == [(ITEM, 2)]
        decide(app, admin, "accept-both")
        assert self.found(app) == []
        use(app, catalog, ["b"])
        assert self.found(app) == [(ITEM, 2)]
        decide(app, admin, "drop")
        assert self.found(app) == []

    def test_a_corrected_text_is_not_a_changed_key(self, app, catalog, correct_attempt):
        use(app, catalog, WRONG, rationale="Better explained. [@R136]")
        assert self.found(app) == []


@pytest.fixture
def certified(app, wrong, other_learner, admin):
    """A certificate based on an attempt that passed by the wrong key."""
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
    def test_no_certificate_is_in_question_while_passes_are_kept(self, app, catalog, admin, certified):
        use(app, catalog, RIGHT)
        decide(app, admin)
        assert questions(app) == []

    def test_a_certificate_whose_pass_is_taken_is_in_question(self, app, catalog, admin, certified):
        use(app, catalog, RIGHT)
        decide(app, admin, take_passes=True)
        assert [one.certificate_code for one in questions(app)] == [certified.code]

    def test_another_passing_attempt_keeps_a_certificate_out_of_question(
        self, app, catalog, admin, other_learner, wrong
    ):
        sit(app, other_learner, answer=RIGHT, now=NOON - timedelta(days=1))
        certify(app, other_learner, admin)
        use(app, catalog, RIGHT)
        decide(app, admin, take_passes=True)
        assert questions(app) == []

    def test_a_pass_of_a_later_cycle_does_not_count_for_an_earlier_one(
        self, app, catalog, admin, other_learner, certified
    ):
        with app.app_context():
            renewing.renew(other_learner, content().courses[COURSE], 2, now=NOON + timedelta(days=1))
        use(app, catalog, RIGHT)
        sit(app, other_learner, answer=RIGHT, now=NOON + timedelta(days=2))
        decide(app, admin, take_passes=True)
        assert [one.certificate_code for one in questions(app)] == [certified.code]

    def test_a_kept_certificate_stays_valid_and_the_log_has_the_reason(self, app, catalog, admin, certified):
        use(app, catalog, RIGHT)
        decide(app, admin, take_passes=True)
        (asked,) = questions(app)
        with app.app_context():
            actions.keep(asked, "Passed another way.", actor=admin, now=NOON)
            assert register.certificate_of(certified.code).revocation is None
        assert questions(app) == []
        assert events(app, "certificate:kept")[0]["reason"] == "Passed another way."
        with app.app_context(), pytest.raises(actions.CertificateDecided):
            actions.revoke(asked, "No.", actor=admin, now=NOON)

    def test_a_certificate_no_longer_earned_can_be_revoked_but_not_reissued(self, app, catalog, admin, certified):
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

    def test_a_certificate_earned_again_is_reissued_with_the_same_signature(
        self, app, catalog, admin, other_learner, certified
    ):
        use(app, catalog, RIGHT)
        decide(app, admin, take_passes=True)
        pass_again(app, other_learner)
        (asked,) = questions(app)
        with app.app_context():
            new = actions.reissue(asked, "Corrected.", actor=admin, now=NOON + timedelta(days=2))
        with app.app_context():
            old = register.certificate_of(certified.code)
            assert (old.revocation, old.successor.supersession_reason) == (None, "an assessment was rescored")
            assert (new.cycle, new.revision, new.name) == (1, 2, old.name)
            signed = [register.request_behind(one) for one in (old, register.certificate_of(new.code))]
            assert signed[0].attestation == signed[1].attestation
            assert new.facts["license_number"] == old.facts["license_number"]
            assert new.facts["assessments"] != old.facts["assessments"]
            assert register.awards_of(other_learner.id)[COURSE].code == new.code
        assert questions(app) == []

    def test_a_waiting_request_whose_pass_is_taken_is_rejected(self, app, catalog, admin, other_learner, wrong):
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
            assert "was rescored" in asked.reason
            assert not completion.progress_of(other_learner, content().courses[COURSE]).complete


def pass_again(app, person):
    """Study the module again and pass with correct answers."""
    later = NOON + timedelta(days=1)
    factories.study_module(app, person, now=later)
    return sit(app, person, answer=RIGHT, mistakes=0, now=later)


def together(work, times):
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(work, range(times)))


def test_administrators_who_decide_together_rescore_once(either_app, catalog):
    app = either_app
    admin, person = factories.person(app, "Ada Admin", role="admin"), factories.person(app, "Lena Learner")
    use(app, catalog, WRONG)
    attempt, other = sit(app, person, answer=RIGHT), sit(app, factories.person(app, "Otto Other"), answer=WRONG)
    use(app, catalog, RIGHT)
    with app.app_context():
        shown = queries.scope_of(ITEM).digest
    codes = together(lambda _: decide(app, admin, take_passes=True, shown=shown).code, 6)
    assert len(set(codes)) == 1
    assert (result_of(app, attempt), result_of(app, other)) == (("9", 11, True), ("8", 11, False))
    with app.app_context():
        assert db.session.query(RescoredAttempt).count() == 2
        assert queries.changed_keys() == []
        assert [row.changed for row in queries.history(number=1, size=5).rows] == [2]
        assert db.session.query(CertificateQuestion).count() == 0


def test_statements_do_not_grow_with_attempts(app, catalog, admin, count_queries):
    """Rows of the audit log and the outbox, one per person, are not counted: PostgreSQL inserts them in batches."""
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


def test_the_previewed_effect_is_recorded(app, admin, correct_attempt, wrong_attempt, corrected):
    with app.app_context():
        shown = rescoring_effect.effect_of(queries.scope_of(ITEM), "new-key").recorded(take_passes=True)
    decide(app, admin, take_passes=True)
    recorded = {change.attempt.id: (str(result.points), result.scored, result.passed) for change, result in shown}
    assert recorded == {attempt.id: result_of(app, attempt) for attempt in (correct_attempt, wrong_attempt)}
