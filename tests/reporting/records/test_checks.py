"""The records check: no discrepancies in sound records, and exactly the right ones in each broken record."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from course.assessment.attempts.models import Attempt
from course.certificates.backdating import actions as backdating
from course.certificates.issuing import ending, issuing
from course.certificates.issuing import queries as register
from course.certificates.issuing.models import Correction, Reason
from course.cli import cli
from course.people.accounts.models import User
from course.platform import clock, db, jobs
from course.platform.audit.log import Event, record
from course.platform.audit.models import AuditEvent
from course.platform.db import unit_of_work
from course.reporting.records import actions, checks, queries
from course.reporting.records.checked_record import Fault
from course.reporting.records.models import RecordCheck
from course.reporting.retention import actions as retention
from course.site import site_of
from tests import factories
from tests.factories import NOON

LATER = NOON + timedelta(days=1)
TRIGGERS = {
    "sqlite": "SELECT 'DROP TRIGGER ' || name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'guard_%'",
    "postgresql": "SELECT 'DROP TRIGGER ' || tgname || ' ON ' || tgrelid::regclass FROM pg_trigger WHERE NOT tgisinternal",
}


def found(app):
    """Return (kind, words) of everything that a whole check finds."""
    seen = []
    with app.app_context():
        actions.check_all(now=LATER, on_fault=seen.append, on_progress=lambda _: None)
    return [(one.kind, one.words) for one in seen]


def kinds(app):
    return [kind for kind, _ in found(app)]


def broken(app, statement, **values):
    """Change the database in a way that no page can."""
    with app.app_context():

        @unit_of_work
        def act():
            for (drop,) in db.session.execute(text(TRIGGERS[db.session.get_bind().dialect.name])).all():
                db.session.execute(text(drop))
            assert db.session.execute(text(statement), values).rowcount > 0

        act()


def changed(app, table, column, change):
    """Change a JSON value of every row."""
    with app.app_context():
        value = db.session.execute(text(f"SELECT {column} FROM {table}")).scalar()
        value = json.loads(value) if isinstance(value, str) else value
        change(value)
    broken(app, f"UPDATE {table} SET {column} = :value", value=json.dumps(value))


def edited(value, path, new):
    *steps, last = path
    for step in steps:
        value = value[step]
    value[last] = new


@pytest.fixture
def award(app, learner, admin):
    return factories.issue(app, learner, admin)


def supersede(app, code, why, admin):
    with app.app_context():
        return issuing.supersede(register.certificate_of(code), why, "It was wrong.", actor=admin, now=LATER)


def revoke(app, code, admin):
    with app.app_context():
        ending.revoke(register.certificate_of(code), Reason.AT_REQUEST, "Asked.", actor=admin, now=LATER)


def test_sound_records_have_no_discrepancies(either_app):
    boss = factories.person(either_app, "Ada Admin", role="admin")
    first = factories.issue(either_app, factories.person(either_app, "Lena Learner"), boss)
    second = supersede(either_app, first.code, Correction.RESCORED, boss)
    revoke(either_app, second.code, boss)
    factories.issue(either_app, factories.person(either_app, "Otto Other"), boss)
    factories.request(either_app, factories.person(either_app, "Wanda Waiting"))
    assert found(either_app) == []
    with either_app.app_context():
        assert queries.find_latest().looked_at == 3


BROKEN = {
    "UPDATE certificate SET code = 'O123-4567-89AB-CDEF'": {
        Fault.NUMBER,
        Fault.ROW,
        Fault.LOG,
        Fault.GONE,
    },
    "UPDATE certificate SET name = 'Mona Mallory'": {Fault.ROW},
    "UPDATE certificate SET valid_until = '2030-01-01'": {Fault.ROW},
    "UPDATE certificate SET cycle = 2": {Fault.ROW, Fault.REQUEST},
    "UPDATE certificate SET document_sha256 = 'x'": {Fault.DOCUMENT, Fault.LOG},
    "UPDATE certificate SET status_index = status_index + 1": {Fault.STATUS},
    "UPDATE certificate SET issuer = 'did:web:elsewhere.example'": {Fault.BADGE},
    "UPDATE certificate SET request_id = 99": {Fault.REQUEST, Fault.GONE},
    "UPDATE certificate SET revision = 2": {Fault.SUCCESSION},
    "UPDATE certificate_request SET state = 'waiting'": {Fault.REQUEST},
    "UPDATE certificate_request SET attested_name = 'Mona Mallory'": {Fault.COMPLETION},
    "UPDATE certificate_request SET content_hash = 'x'": {Fault.COMPLETION},
    "UPDATE certificate_request SET requested_at = '2026-03-09 00:00:00+00:00'": {Fault.DATES},
    "UPDATE certificate_request SET completed_at = '2026-03-01 00:00:00+00:00'": {Fault.DATES},
    "DELETE FROM reading WHERE section_id = 'what-counts'": {Fault.STUDY},
    "UPDATE reading SET at = '2026-03-01 00:00:00+00:00'": {Fault.STUDY},
    "UPDATE attempt SET passed = false": {Fault.QUIZ, Fault.SCORE},
    "UPDATE attempt SET points = '3'": {Fault.QUIZ, Fault.SCORE},
    "UPDATE attempt SET submitted_at = '2026-03-02 11:00:00+00:00'": {Fault.QUIZ},
    'UPDATE attempt SET user_id = (SELECT max(id) FROM "user")': {Fault.QUIZ},
    "DELETE FROM evaluation": {Fault.EVALUATION},
    "DELETE FROM audit_event WHERE event = 'certificate:issued'": {Fault.LOG},
    "UPDATE audit_event SET event = 'certificate:revoked' WHERE event = 'certificate:issued'": {
        Fault.LOG,
        Fault.GONE,
    },
    "DELETE FROM certificate": {Fault.GONE},
}


@pytest.mark.parametrize("statement", BROKEN)
def test_a_row_that_was_changed_in_the_database_is_found(app, award, statement):
    broken(app, statement)
    assert set(kinds(app)) == BROKEN[statement]


FACTS = {
    ("minutes", "in_person"): (30, {Fault.COMPLETION, Fault.BADGE_FACTS}),
    ("completed_on",): ("2026-03-01", {Fault.DATES, Fault.BADGE_FACTS}),
    ("issued_on",): ("2026-03-01", {Fault.DATES, Fault.BADGE_FACTS}),
    ("modules", 0, "minutes"): (90, {Fault.COMPLETION, Fault.MINUTES, Fault.CONTENT}),
    ("modules", 0, "digest"): ("x", {Fault.COMPLETION, Fault.CONTENT}),
    ("valid_until",): ("2030-01-01", {Fault.ROW, Fault.BADGE_FACTS}),
    ("course_title",): ("Surgery", {Fault.COMPLETION, Fault.BADGE_FACTS}),
    ("name",): ("Mona Mallory", {Fault.ROW, Fault.COMPLETION, Fault.BADGE_FACTS}),
    ("verify_url",): ("https://elsewhere.example/verify/x", {Fault.ROW, Fault.BADGE_FACTS, Fault.STATUS}),
    ("modules",): (None, {Fault.UNREADABLE}),
}


@pytest.mark.parametrize("path", FACTS)
def test_changed_facts_are_found_by_what_they_contradict(app, award, path):
    new, expected = FACTS[path]
    changed(app, "certificate", "facts", lambda facts: edited(facts, path, new))
    assert set(kinds(app)) == expected


def test_modules_that_differ_from_the_content_are_found(app, award):
    changed(app, "certificate", "facts", lambda facts: edited(facts, ["modules", 0, "digest"], "x"))
    changed(app, "certificate_request", "completion", lambda facts: edited(facts, ["modules", 0, "digest"], "x"))
    assert kinds(app) == [Fault.CONTENT]


def test_one_changed_byte_in_a_document_is_found(app, award):
    with app.app_context():
        _, document = register.document_of(None, award.code, any_owner=True)
    place = document.index(b"/Supplement")
    altered = document[:place] + b"/supplement" + document[place + 11 :]
    broken(app, "UPDATE certificate SET document = :document", document=altered)
    assert kinds(app) == [Fault.DOCUMENT, Fault.SIGNATURE]


def test_the_document_of_another_certificate_is_found(app, award, admin, other_learner):
    """The document is intact and signed by this site, but belongs to another person."""
    another = factories.issue(app, other_learner, admin)
    with app.app_context():
        _, document = register.document_of(None, another.code, any_owner=True)
    broken(
        app,
        "UPDATE certificate SET document = :document, document_sha256 = :hash WHERE id = :id",
        document=document,
        hash=another.document_sha256,
        id=award.id,
    )
    assert kinds(app) == [Fault.ATTACHMENT, Fault.LOG]


def test_an_edited_badge_has_no_valid_proof_and_differs_from_the_document(app, award):
    broken(app, "UPDATE certificate SET credential = replace(credential, '1.25', '9.25')")
    assert set(kinds(app)) == {Fault.ATTACHMENT, Fault.BADGE, Fault.BADGE_FACTS}


def test_certificates_from_before_badges_are_checked_without_one(app, award):
    broken(app, "UPDATE certificate SET credential = NULL, issuer = NULL, status_index = NULL")
    assert found(app) == []


def test_a_removed_badge_is_found(app, award):
    broken(app, "UPDATE certificate SET credential = NULL")
    assert kinds(app) == [Fault.BADGE]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE certificate SET revision = 3 WHERE revision = 2", {Fault.SUCCESSION}),
        ("UPDATE certificate SET supersedes_why = 'whim' WHERE revision = 2", {Fault.SUCCESSION}),
        ("DELETE FROM audit_event WHERE event = 'certificate:superseded'", {Fault.LOG}),
        (
            "UPDATE certificate SET supersedes_id = NULL WHERE revision = 2",
            {Fault.SUCCESSION, Fault.LOG, Fault.GONE},
        ),
        ("DELETE FROM revocation", {Fault.LOG, Fault.GONE}),
        ("UPDATE revocation SET revoked_at = '2026-03-09 00:00:00+00:00'", {Fault.LOG}),
        ("DELETE FROM audit_event WHERE event = 'certificate:revoked'", {Fault.LOG}),
    ],
)
def test_supersession_and_revocation_are_compared_with_the_log(app, award, admin, statement, expected):
    revoke(app, supersede(app, award.code, Correction.RESCORED, admin).code, admin)
    assert found(app) == []
    broken(app, statement)
    assert set(kinds(app)) == expected


@unit_of_work
def log_rescoring():
    attempt = db.session.scalars(select(Attempt)).one()
    record(
        Event.ATTEMPT_RESCORED,
        None,
        f"attempt:{attempt.code}",
        person_id=attempt.user_id,
        now=LATER,
        item="i",
        rescoring="a",
        before={"points": "11", "scored": 11, "passed": True},
        after={"points": "3", "scored": attempt.scored, "passed": False},
    )


def test_a_pass_lost_by_rescoring_is_accepted_if_the_certificate_is_in_question(app, award):
    broken(app, "UPDATE attempt SET passed = false, points = '3'")
    broken(
        app,
        "INSERT INTO rescoring (id, code, item_id, decision, shown, take_passes, reason, at, by) VALUES"
        " (1, '0000000000000000000000000000000a', 'i', 'drop', 's', true, 'r', '2026-03-03 00:00:00+00:00', 'a')",
    )
    broken(
        app,
        "INSERT INTO rescored_attempt (rescoring_id, attempt_id, points_before, scored_before, passed_before,"
        " points_after, scored_after, passed_after) SELECT 1, id, '11', 11, true, '3', 11, false FROM attempt",
    )
    with app.app_context():
        log_rescoring()
    assert kinds(app) == [Fault.QUIZ]
    broken(
        app,
        "INSERT INTO certificate_question (code, rescoring_id, certificate_code, user_id)"
        " SELECT '0000000000000000000000000000000b', 1, code, user_id FROM certificate",
    )
    assert found(app) == []


def test_a_closed_account_needs_its_evidence_only_during_the_retention_period(app, award, learner):
    with app.app_context():
        until = retention.close(db.session.get_one(User, learner.id), now=LATER)
    assert found(app) == []
    with app.app_context():
        retention.erase_expired_records(LATER + (until - LATER.date()) + timedelta(days=1))
    assert found(app) == []
    broken(app, 'UPDATE "user" SET closed_at = NULL')
    assert set(kinds(app)) == {Fault.COMPLETION, Fault.STUDY, Fault.EVALUATION}


def test_an_earlier_date_needs_the_approval_of_two_administrators(app, learner, admin):
    asked = factories.request(app, learner)
    second = factories.person(app, "Bea Boss", role="admin")
    with app.app_context():
        wish = backdating.ask(asked, NOON.date(), "The worker stood still.", actor=admin, now=LATER)
        old = backdating.confirm(wish, actor=second, now=LATER)
    assert found(app) == []
    supersede(app, old.code, Correction.RESCORED, admin)
    assert found(app) == []
    broken(app, "UPDATE backdating SET state = 'refused'")
    assert set(kinds(app)) == {Fault.DATES}


def test_a_name_differs_from_the_signed_one_only_after_a_correction(app, learner, admin):
    award = factories.issue(app, learner, admin)
    with app.app_context():
        found_ = register.certificate_of(award.code)
        name = factories.name_parts("Lena Lernér").whole
        issuing.supersede(found_, Correction.NAME, "Proof seen.", actor=admin, now=LATER, name=name)
    assert found(app) == []
    broken(app, "UPDATE certificate SET supersedes_why = :why WHERE revision = 2", why=str(Correction.DOCUMENT))
    assert kinds(app) == [Fault.COMPLETION]


def test_a_name_in_latin_letters_needs_its_log_entry(app, admin):
    asked = factories.request(app, factories.person(app, "Lena \U00012000"))
    with app.app_context():
        latin = issuing.LatinName(factories.name_parts("Lena Cuneiform"), "Passport seen.")
        issuing.issue(asked, actor=admin, now=LATER, latin=latin)
    assert found(app) == []
    broken(app, "DELETE FROM audit_event WHERE event = :event", event=str(Event.NAME_SET_IN_LATIN))
    assert kinds(app) == [Fault.COMPLETION]


def test_these_tests_cover_every_kind_of_fault(app):
    met = {kind for expected in BROKEN.values() for kind in expected}
    met |= {kind for _, expected in FACTS.values() for kind in expected}
    assert set(Fault) - met == {Fault.SIGNATURE, Fault.ATTACHMENT, Fault.HOURS, Fault.SEAL}
    # HOURS: in issuing/test_hours.py; SEAL: in attacks/test_audit_log.py
    assert set(checks.CHECKS) == set(Fault) - {Fault.UNREADABLE, Fault.GONE, Fault.SEAL, Fault.SCORE}


def drained(app):
    with app.app_context():
        jobs.drain(app)


def test_the_worker_checks_once_a_day_and_logs_it(app, award, admin, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: LATER)
    drained(app)
    drained(app)
    monkeypatch.setattr(clock, "now", lambda: LATER + timedelta(hours=25))
    drained(app)
    with app.app_context():
        assert [one.looked_at for one in queries.latest_checks(9)] == [1, 1]
        events = db.session.query(AuditEvent).filter_by(event="records:checked").all()
        assert [one.details for one in events] == [{"looked_at": 1, "faults": 0}] * 2


def test_an_interrupted_check_continues_where_it_stopped(either_app, monkeypatch):
    boss = factories.person(either_app, "Ada Admin", role="admin")
    for name in ("Lena Learner", "Otto Other", "Wanda Waiting"):
        factories.issue(either_app, factories.person(either_app, name), boss)
    monkeypatch.setattr(actions, "CERTIFICATES_PER_STEP", 1)
    looked = []
    monkeypatch.setattr(checks, "discrepancies", lambda record: looked.append(record.certificate.id) or [])
    with either_app.app_context():
        assert actions.step(LATER)
    with either_app.app_context():
        assert actions.claim_step(LATER)  # and this worker dies
        assert not actions.step(LATER)
    for _ in range(3):
        with either_app.app_context():
            assert actions.step(LATER + actions.CLAIM_TIME)
    with either_app.app_context():
        assert not actions.step(LATER + actions.CLAIM_TIME)
        assert (queries.find_running(), queries.find_latest().looked_at) == (None, 3)
    assert looked == sorted(set(looked))


def test_a_finished_check_can_not_be_changed(either_app):
    found(either_app)
    for statement in ("UPDATE record_check SET looked_at = 9", "DELETE FROM record_check"):
        with (
            pytest.raises(DBAPIError, match="append-only"),
            site_of(either_app).engines.writing.begin() as connection,
        ):
            connection.execute(text(statement))


def test_the_number_of_statements_does_not_grow_with_certificates(app, award, admin, count_queries):
    def cost():
        with app.app_context(), count_queries() as seen:
            assert queries.next_records(0, 20, LATER.date())
        return len(seen)

    one = cost()
    for name in ("Otto Other", "Wanda Waiting"):
        factories.issue(app, factories.person(app, name), admin)
    assert cost() == one <= 14


def test_the_console_shows_the_result_and_links_to_each_record(app, pages, admin, award):
    boss = pages.as_(admin)
    assert "not run yet" in boss.get("/admin/").text
    assert boss.post("/admin/checks/").status == 303
    assert "Check in progress" in boss.get("/admin/checks/").text
    drained(app)
    assert "no discrepancies" in boss.get("/admin/").text
    assert "no discrepancies" in boss.get("/admin/checks/").text
    broken(app, "DELETE FROM evaluation")
    boss.post("/admin/checks/")
    drained(app)
    page = boss.get("/admin/checks/")
    assert str(Fault.EVALUATION) in page.text
    assert f"/admin/certificates/{award.code}" in page.html
    assert "1 discrepancy" in boss.get("/admin/").text


def test_faults_beyond_the_listed_ones_are_counted(app, award, admin, pages, monkeypatch):
    monkeypatch.setattr(actions, "MAX_LISTED_FAULTS", 1)
    broken(app, "DELETE FROM evaluation")
    broken(app, "DELETE FROM reading")
    found(app)
    with app.app_context():
        check = db.session.query(RecordCheck).one()
        assert (len(check.faults), sum(check.counts.values())) == (1, 2)
    assert "Only the first 1 are listed" in pages.as_(admin).get("/admin/checks/").text


def test_the_command_prints_each_fault_and_exits_with_code_1(app, award, config, monkeypatch):
    for name, value in {"COURSE_DATA": str(config.data), "SECRET_KEY": config.secret_key}.items():
        monkeypatch.setenv(name, value)
    result = CliRunner().invoke(cli, ["check-records"])
    assert (result.exit_code, result.stdout) == (0, "1 certificates checked, no discrepancies.\n")
    broken(app, "DELETE FROM evaluation")
    result = CliRunner().invoke(cli, ["check-records"])
    assert result.exit_code == 1
    assert f"certificate:{award.code}: {Fault.EVALUATION}: no evaluation at" in result.stderr
