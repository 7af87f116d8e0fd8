"""Sending reports, their answers and corrections, on both databases. Nothing is sent twice."""

import csv
import io
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from course.certificates.issuing import ending, issuing
from course.certificates.issuing.models import Certificate, Correction, Reason
from course.content.queries import catalog
from course.people.accounts import actions as accounts
from course.platform import db
from course.platform.audit.models import AuditEvent
from course.platform.db import unit_of_work
from course.platform.web import Refused
from course.reporting.boards import actions, queries
from course.reporting.boards.models import Report, Roster
from course.reporting.boards.status import Decision, Stage, Status
from course.reporting.retention import actions as retention
from tests import factories
from tests.factories import NOON
from tests.reporting.boards.boards import BOARD, BY_AREA, LATER, holder, mirrored, send, status_of, statuses, use


@pytest.fixture
def admin(either_app):
    return factories.person(either_app, "Ada Admin", role="admin")


@pytest.fixture
def lena(either_app, admin) -> Certificate:
    use(either_app)
    return holder(either_app, "Lena Learner", admin)


def read(app, roster: Roster, data: bytes, admin):
    with app.app_context():
        return actions.read_receipt(queries.roster_of(roster.code), data, actor=admin, now=LATER)


def decide(app, certificate, decision: Decision, admin):
    with app.app_context():
        return actions.decide(
            catalog().boards[BOARD.key], certificate.code, decision, "said so", actor=admin, now=LATER
        )


def revoke(app, certificate, admin):
    with app.app_context():
        ending.revoke(certificate, Reason.ISSUED_IN_ERROR, "by mistake", actor=admin, now=LATER)


def supersede(app, certificate, admin) -> Certificate:
    with app.app_context():
        found = db.session.get_one(Certificate, certificate.id)
        return issuing.supersede(found, Correction.RESCORED, "again", actor=admin, now=LATER)


class TestWhoIsReported:
    def test_only_licenses_in_the_boards_state_are_reported(self, either_app, lena, admin):
        elsewhere = factories.issue(either_app, factories.person(either_app, "Otto Other"), admin)
        found = statuses(either_app)
        assert found[lena.code].status is Status.READY
        assert elsewhere.code not in found

    def test_licenses_in_two_states_make_two_reports(self, either_app, lena, admin):
        hawaii = BOARD.model_copy(update={"key": "hawaii", "state": "HI", "license_form": None})
        use(either_app, BOARD, hawaii)
        assert statuses(either_app, hawaii)[lena.code].status is Status.READY
        assert statuses(either_app, BOARD)[lena.code].status is Status.READY

    def test_a_removed_license_counts_only_if_the_certificate_is_for_it(self, either_app, lena, admin):
        hawaii = BOARD.model_copy(update={"key": "hawaii", "state": "HI", "license_form": None})
        use(either_app, BOARD, hawaii)
        with either_app.app_context():
            person = db.session.get_one(type(admin), lena.user_id)
            for license_ in person.licenses:
                accounts.remove_license(person, license_, now=LATER)
        assert lena.code not in statuses(either_app)
        assert statuses(either_app, hawaii)[lena.code].completion.license.number.startswith("PT1")

    def test_demo_accounts_are_never_reported(self, either_app, lena):
        @unit_of_work
        def pretend():
            db.session.get_one(factories.User, lena.user_id).is_demo = True

        with either_app.app_context():
            pretend()
        assert statuses(either_app) == {}

    def test_a_closed_account_is_still_reported_until_its_record_is_erased(self, either_app, lena):
        with either_app.app_context():
            retention.close(db.session.get_one(factories.User, lena.user_id), now=LATER)
        assert status_of(either_app, lena) is Status.READY
        with either_app.app_context():
            retention.erase_expired_records(LATER.replace(year=2040))
        assert statuses(either_app) == {}

    def test_minutes_by_area_come_from_the_certificate(self, either_app, lena):
        use(either_app, BY_AREA)
        (minutes,) = statuses(either_app)[lena.code].completion.minutes.items()
        assert minutes[0] == "safety"
        assert minutes[1] == sum(module["minutes"] for module in lena.facts["modules"])


class TestSending:
    @pytest.mark.parametrize("format_", ["sheet", "xml", "csv"])
    def test_a_file_is_kept_and_its_completions_are_marked_as_sent(self, either_app, lena, admin, format_):
        made = send(either_app, admin, format_)
        assert (made.records, made.format) == (1, format_)
        assert status_of(either_app, lena) is Status.SENT
        with either_app.app_context():
            event = db.session.scalars(select(AuditEvent).filter_by(event="board:roster-made")).one()
        assert event.details["file_sha256"] == made.file_sha256

    def test_a_table_names_the_states_approvals_with_their_days(self, either_app, admin):
        use(either_app)
        for state in ("FL", "HI"):
            factories.approve(either_app, admin, number=f"{state}-1", states=[state])
        made_for = holder(either_app, "Lena Learner", admin)
        (row,) = csv.DictReader(io.StringIO(send(either_app, admin, "csv").file.decode("utf-8-sig")))
        assert row["approvals"] == "Board of Hawaii FL-1 (2026-01-01 to 2026-12-31)"
        assert row["hours by topic"].startswith("safety ")
        assert row["certificate"] == made_for.code

    def test_a_sent_completion_is_not_sent_again(self, either_app, lena, admin):
        send(either_app, admin)
        with either_app.app_context(), pytest.raises(actions.NothingReady):
            actions.create_files(BOARD, "xml", shown=queries.digest([]), actor=admin, now=LATER)

    def test_administrators_at_the_same_time_send_it_once(self, either_app, lena, admin):
        holder(either_app, "Mia More", admin)
        with either_app.app_context():
            shown = queries.digest(queries.ready_completions(BOARD))

        def make(_) -> int:
            with either_app.app_context():
                try:
                    return len(actions.create_files(BOARD, "xml", shown=shown, actor=admin, now=LATER))
                except (actions.NothingReady, actions.ReadyListChanged):
                    return 0

        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(make, range(4))) == 1
        with either_app.app_context():
            assert len(db.session.scalars(select(Report)).all()) == 2

    def test_the_database_refuses_a_second_report(self, either_app, lena, admin):
        send(either_app, admin)
        with either_app.app_context():
            row = db.session.execute(text("SELECT * FROM board_report")).mappings().one()
            for changed in ({"record": "another"}, {"cycle": 2}):
                values = dict(row) | {"id": 99} | changed
                names = ", ".join(values)
                with pytest.raises(IntegrityError):
                    db.session.execute(
                        text(f"INSERT INTO board_report ({names}) VALUES ({', '.join(':' + n for n in values)})"),
                        values,
                    )
                db.session.rollback()

    def test_a_list_that_changed_since_it_was_shown_is_not_sent(self, either_app, lena, admin):
        with either_app.app_context():
            shown = queries.digest(queries.ready_completions(BOARD))
        holder(either_app, "Mia More", admin)
        with either_app.app_context(), pytest.raises(actions.ReadyListChanged):
            actions.create_files(BOARD, "xml", shown=shown, actor=admin, now=LATER)
        assert status_of(either_app, lena) is Status.READY

    def test_many_completions_are_split_into_several_files(self, either_app, lena, admin, monkeypatch):
        holder(either_app, "Mia More", admin)
        monkeypatch.setattr(actions, "MAX_COMPLETIONS_PER_FILE", 1)
        with either_app.app_context():
            shown = queries.digest(queries.ready_completions(BOARD))
            made = actions.create_files(BOARD, "sheet", shown=shown, actor=admin, now=LATER)
            assert [one.records for one in made] == [1, 1]

    def test_a_second_account_with_the_same_license_is_blocked(self, either_app, lena, admin):
        twin = holder(either_app, "Tina Twin", admin, number=statuses(either_app)[lena.code].completion.license.number)
        assert status_of(either_app, twin) is Status.BLOCKED
        send(either_app, admin)
        assert status_of(either_app, twin) is Status.BLOCKED

    def test_the_status_of_one_completion_is_the_one_in_the_list(self, either_app, lena, admin):
        number = statuses(either_app)[lena.code].completion.license.number
        for name in ("Tina Twin", "Mia More"):
            holder(either_app, name, admin, number=number if name == "Tina Twin" else None)
        for is_sent in (False, True):
            if is_sent:
                send(either_app, admin)
            every = statuses(either_app)
            with either_app.app_context():
                assert {code: queries.report_status_of(BOARD, code) for code in every} == every

    @pytest.mark.parametrize(
        ("format_", "upload_key", "why"), [("xml", "", actions.NoUploadKey), ("pdf", "k", actions.WrongFormat)]
    )
    def test_a_file_that_cannot_be_made_is_refused(self, either_app, lena, admin, format_, upload_key, why):
        use(either_app, upload_key=upload_key)
        with either_app.app_context(), pytest.raises(why):
            actions.create_files(
                BOARD, format_, shown=queries.digest(queries.ready_completions(BOARD)), actor=admin, now=LATER
            )
        assert status_of(either_app, lena) is Status.READY


class TestReceipts:
    def test_each_record_is_accepted_or_rejected_with_its_message(self, either_app, lena, admin):
        other = holder(either_app, "Mia More", admin, number="PT7")
        made = send(either_app, admin)
        outcome = read(either_app, made, mirrored(made.file, PT7="License not found"), admin)
        assert (outcome.accepted, outcome.rejected, outcome.waiting, outcome.unknown) == (1, 1, 0, ())
        assert status_of(either_app, lena) is Status.ACCEPTED
        assert statuses(either_app)[other.code].reasons == ("License not found",)

    def test_reading_a_receipt_twice_changes_nothing(self, either_app, lena, admin):
        made = send(either_app, admin)
        data = mirrored(made.file)
        read(either_app, made, data, admin)
        outcome = read(either_app, made, data.replace(b"<Message>", b"<Message>no"), admin)
        assert (outcome.accepted, outcome.rejected, outcome.decided) == (0, 0, 1)
        assert status_of(either_app, lena) is Status.ACCEPTED

    def test_unknown_records_are_listed_and_unanswered_ones_stay_open(self, either_app, lena, admin):
        other = holder(either_app, "Mia More", admin, number="PT7")
        made = send(either_app, admin)
        outcome = read(either_app, made, mirrored(made.file).replace(b"PT7", b"PT8"), admin)
        assert (outcome.accepted, outcome.waiting) == (1, 1)
        assert len(outcome.unknown) == 1
        assert "PT8" in outcome.unknown[0]
        assert status_of(either_app, other) is Status.SENT

    @pytest.mark.parametrize("break_", [lambda data: data.replace(b"PT", b"XX"), lambda data: data[:-20]])
    def test_a_foreign_or_broken_receipt_changes_nothing(self, either_app, lena, admin, break_):
        made = send(either_app, admin)
        with pytest.raises(Refused):
            read(either_app, made, break_(mirrored(made.file)), admin)
        assert status_of(either_app, lena) is Status.SENT

    def test_without_a_receipt_an_administrator_marks_all_as_accepted(self, either_app, lena, admin):
        made = send(either_app, admin, "sheet")
        with either_app.app_context():
            assert actions.accept_all(queries.roster_of(made.code), "seen there", actor=admin, now=LATER) == 1
            with pytest.raises(actions.ReportChanged):
                actions.accept_all(queries.roster_of(made.code), "seen there", actor=admin, now=LATER)
        assert status_of(either_app, lena) is Status.ACCEPTED


class TestCorrections:
    def test_a_rejected_report_is_sent_again_only_after_a_decision(self, either_app, lena, admin):
        first = send(either_app, admin)
        read(either_app, first, mirrored(first.file).replace(b"<Message>", b"<Message>bad"), admin)
        with either_app.app_context(), pytest.raises(actions.NothingReady):
            actions.create_files(BOARD, "xml", shown="", actor=admin, now=LATER)
        decide(either_app, lena, Decision.AGAIN, admin)
        second = send(either_app, admin)
        assert second.code != first.code
        with pytest.raises(actions.WrongReceipt):  # the receipt of the first file arrives late
            read(either_app, first, mirrored(first.file), admin)
        assert status_of(either_app, lena) is Status.SENT

    def test_a_superseded_certificate_needs_correction_and_is_not_resent_automatically(self, either_app, lena, admin):
        made = send(either_app, admin)
        read(either_app, made, mirrored(made.file), admin)
        successor = supersede(either_app, lena, admin)
        assert lena.code not in statuses(either_app)
        assert status_of(either_app, successor) is Status.CORRECTION
        decide(either_app, successor, Decision.ACCEPTED, admin)
        assert status_of(either_app, successor) is Status.ACCEPTED
        with either_app.app_context():
            event = db.session.scalars(select(AuditEvent).filter_by(event="board:report-corrected")).one()
        assert (event.details["before"], event.details["after"]) == (Stage.ACCEPTED, Stage.ACCEPTED)

    def test_a_certificate_superseded_before_sending_is_sent_in_its_new_form(self, either_app, lena, admin):
        successor = supersede(either_app, lena, admin)
        assert [*statuses(either_app)] == [successor.code]
        assert status_of(either_app, successor) is Status.READY

    def test_a_revoked_certificate_is_not_reported(self, either_app, lena, admin):
        revoke(either_app, lena, admin)
        assert status_of(either_app, lena) is Status.NOT_REQUIRED

    def test_a_reported_certificate_that_is_revoked_is_withdrawn_by_decision(self, either_app, lena, admin):
        send(either_app, admin)
        revoke(either_app, lena, admin)
        assert status_of(either_app, lena) is Status.CORRECTION
        with pytest.raises(actions.ReportChanged):
            decide(either_app, lena, Decision.AGAIN, admin)
        decide(either_app, lena, Decision.WITHDRAWN, admin)
        assert status_of(either_app, lena) is Status.WITHDRAWN

    def test_an_accepted_report_allows_no_decision(self, either_app, lena, admin):
        made = send(either_app, admin)
        read(either_app, made, mirrored(made.file), admin)
        for decision in Decision:
            with pytest.raises(actions.ReportChanged):
                decide(either_app, lena, decision, admin)

    def test_a_report_outlasts_the_license(self, either_app, lena, admin):
        send(either_app, admin)
        with either_app.app_context():
            person = db.session.get_one(factories.User, lena.user_id)
            for license_ in person.licenses:
                accounts.remove_license(person, license_, now=NOON)
        assert status_of(either_app, lena) is Status.SENT
        factories.add_license(either_app, person, "PT99")
        assert status_of(either_app, lena) is Status.SENT
