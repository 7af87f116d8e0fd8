"""Approvals: which ones a certificate names, and how the console reports a changed course."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
import yaml
from click.testing import CliRunner
from sqlalchemy.exc import IntegrityError

from course import server
from course.certificates.approvals import actions, queries
from course.certificates.approvals.models import Approval
from course.certificates.issuing import issuing
from course.certificates.issuing.facts import Facts
from course.certificates.issuing.models import Correction
from course.cli import cli
from course.content.queries import catalog
from course.content.schema.course import Course
from course.platform import clock, db
from course.platform.audit.models import AuditEvent
from course.platform.config import ROOT
from course.platform.db import unit_of_work
from course.site import site_of
from tests import factories
from tests.factories import COURSE, NOON
from tests.pages import Pages

GOOD = {
    "approver": "Board of Hawaii",
    "number": "HI-77",
    "states": "hi, tx",
    "self_paced_online": "75",
    "live_online": "0",
    "in_person": "0",
    "speakers": "",
    "first_day": "2026-01-01",
    "last_day": "2026-12-31",
}


def named(app, learner, admin, *, now=NOON):
    facts = Facts.from_json(factories.issue(app, learner, admin, now=now).facts)
    return [(one.state, one.number, one.approver) for one in facts.approvals]


class TestCertificate:
    def test_it_names_what_was_in_force_on_the_day_of_completion(self, app, learner, admin):
        factories.approve(app, admin)
        factories.approve(app, admin, number="OLD", first_day=date(2025, 1, 1), last_day=date(2026, 3, 1))
        factories.approve(app, admin, number="NEW", first_day=date(2026, 3, 3))
        assert named(app, learner, admin) == [("HI", "HI-77", "Board of Hawaii")]

    def test_the_day_is_that_of_the_licenses_state(self, app, learner, admin):
        """March 2, 8:00 UTC is still March 1 in Honolulu."""
        factories.approve(app, admin, number="TILL", last_day=date(2026, 3, 1))
        factories.approve(app, admin, number="FROM", first_day=date(2026, 3, 2))
        assert named(app, learner, admin, now=datetime(2026, 3, 2, 8, tzinfo=UTC)) == [
            ("HI", "TILL", "Board of Hawaii")
        ]

    def test_it_names_those_of_all_states_of_the_holder_and_no_others(self, app, learner, admin):
        factories.license_in(app, learner, "TX")
        factories.approve(app, admin, states=["NV", "TX"], number="T-1", approver="Association")
        factories.approve(app, admin)
        factories.approve(app, admin, states=["FL"], number="F-1")
        assert named(app, learner, admin) == [("HI", "HI-77", "Board of Hawaii"), ("TX", "T-1", "Association")]

    @pytest.mark.parametrize(
        "approved",
        [{"minutes": {"self_paced_online": 15}}, {"minutes": {"in_person": 60}}, {"speakers": ["Ada Able"]}],
    )
    def test_it_names_none_that_does_not_cover_the_course_as_completed(self, app, learner, admin, approved):
        factories.approve(app, admin, **approved)
        assert named(app, learner, admin) == []

    def test_a_change_of_the_course_ends_it_until_it_is_recorded_again(self, app, learner, other_learner, admin):
        factories.approve(app, admin)
        factories.set_course(app, version="9")
        assert named(app, learner, admin) == []
        factories.approve(app, admin)
        assert named(app, other_learner, admin) == [("HI", "HI-77", "Board of Hawaii")]

    def test_an_approval_withdrawn_later_was_in_force_on_the_day(self, app, learner, other_learner, admin):
        approval = factories.approve(app, admin)
        with app.app_context():
            actions.withdraw(admin, approval, why="taken back", first_day=date(2026, 3, 3), now=NOON)
        assert named(app, learner, admin) == [("HI", "HI-77", "Board of Hawaii")]
        assert named(app, other_learner, admin, now=NOON.replace(day=4)) == []

    def test_one_recorded_while_the_request_waited_is_named(self, app, learner, admin):
        asked = factories.request(app, learner)
        factories.approve(app, admin)
        with app.app_context():
            facts = Facts.from_json(issuing.issue(asked, actor=admin, now=NOON).facts)
        assert facts.approvals_text == "HI HI-77"

    def test_the_request_page_shows_it(self, app, pages, learner, admin):
        factories.approve(app, admin)
        factories.request(app, learner)
        code = factories.request_code(app, learner)
        assert "HI-77" in pages.as_(admin).get(f"/admin/requests/{code}").text

    def test_older_facts_load_without_an_approver(self, app, learner, admin):
        stored = factories.issue(app, learner, admin).facts | {"approvals": [{"state": "TX", "number": "1"}]}
        assert Facts.from_json(stored).approvals_text == "TX 1"

    def test_a_reissued_certificate_names_the_same_approvals(self, app, learner, admin):
        factories.approve(app, admin)
        first = factories.issue(app, learner, admin)
        with app.app_context():
            second = issuing.supersede(first, Correction.DOCUMENT, "a blot", actor=admin, now=NOON.replace(day=9))
        assert second.facts["approvals"] == first.facts["approvals"] != []


def test_a_new_field_of_the_course_schema_ends_no_approval(catalog):
    class Later(Course):
        language: str = "en"

    now, later = catalog.courses[COURSE], Later(**catalog.courses[COURSE].model_dump())
    assert catalog.course_digest(later) == catalog.course_digest(now)
    assert catalog.course_digest(later.model_copy(update={"language": "es"})) != catalog.course_digest(now)


class TestCoursePage:
    def test_it_says_which_are_in_force_in_the_learners_states(self, app, pages, learner, admin, monkeypatch):
        monkeypatch.setattr(clock, "now", lambda: NOON)
        mine = pages.as_(learner)
        assert "Approvals in your states none on record" in mine.get(f"/courses/{COURSE}").text
        factories.approve(app, admin)
        factories.approve(app, admin, states=["FL"], number="F-1")
        text = mine.get(f"/courses/{COURSE}").text
        assert "HI HI-77 (Board of Hawaii, through December 31, 2026)" in text
        assert "F-1" not in text


class TestConsole:
    @pytest.fixture
    def console(self, pages, admin, monkeypatch):
        monkeypatch.setattr(clock, "now", lambda: NOON)
        return pages.as_(admin)

    def test_an_approval_is_recorded_with_the_course_as_it_is_and_audited(self, app, console, admin):
        page = console.get(f"/admin/approvals/new/{COURSE}")
        with app.app_context():
            served = queries.offering(catalog(), catalog().courses[COURSE])
        assert served.content_hash in page.html
        data = GOOD | {"content_hash": served.content_hash}
        assert console.post(f"/admin/approvals/new/{COURSE}", data).status == 303
        with app.app_context():
            (approval,) = queries.on_record()[COURSE]
            assert (approval.states, approval.content_hash) == (["HI", "TX"], served.content_hash)
            (event,) = db.session.query(AuditEvent).filter_by(event="approval:recorded")
            assert event.details["number"] == "HI-77"
        assert "Board of Hawaii HI-77" in console.get("/admin/approvals/").text

    @pytest.mark.parametrize(
        ("wrong", "message"),
        [
            ({"states": "HI, XX"}, "There is no state XX"),
            ({"states": " "}, "Enter the states"),
            ({"first_day": "2027-01-01"}, "The last day is before the first day"),
            ({"self_paced_online": "-1"}, "Number must be between"),
            ({"in_person": "many"}, "Not a valid integer"),
            ({"content_hash": "0" * 64}, "The course has changed since you opened this form"),
            ({"number": ""}, "Enter the number"),
        ],
    )
    def test_a_form_with_a_fault_records_nothing(self, app, console, wrong, message):
        with app.app_context():
            served = queries.offering(catalog(), catalog().courses[COURSE])
        page = console.post(f"/admin/approvals/new/{COURSE}", GOOD | {"content_hash": served.content_hash} | wrong)
        assert (page.status, message in page.text) == (422, True)
        with app.app_context():
            assert queries.on_record() == {}

    def test_it_says_when_the_course_as_served_is_not_what_was_approved(self, app, console, admin):
        factories.approve(app, admin)
        assert "does not cover" not in console.get("/admin/").text
        factories.set_course(app, version="9", instructor="Ada Able")
        assert "does not cover the current version" in console.get("/admin/").text
        text = console.get("/admin/approvals/").text
        assert "version 9, approved: 1.1" in text
        assert "instructor Ada Able, approved: none (self-paced)" in text
        factories.approve(app, admin, speakers=["Ada Able"])
        assert "does not cover" not in console.get("/admin/").text

    def test_it_warns_before_the_files_go_live(self, app, console, admin, tmp_path):
        factories.approve(app, admin)
        assert "All approvals in force cover the files" in console.get("/admin/approvals/next").text
        modules = shutil.copytree(ROOT / "modules", tmp_path / "modules")
        file = modules / "courses.yaml"
        courses = yaml.safe_load(file.read_text())
        next(one for one in courses["courses"] if one["id"] == COURSE)["version"] = "2.0"
        file.write_text(yaml.safe_dump(courses, allow_unicode=True))
        quizzes = shutil.copytree(ROOT / "quizzes", tmp_path / "quizzes")
        factories.change_site(app, config=factories.replaced(site_of(app).config, modules=modules, quizzes=quizzes))
        text = console.get("/admin/approvals/next").text
        assert "The files have changed" in text
        assert "version 2.0, approved: 1.1" in text
        assert "does not cover" not in console.get("/admin/").text
        file.write_text("courses: [")
        assert "The site will not start with these files" in console.get("/admin/approvals/next").text

    def test_a_withdrawn_one_stays_on_record_with_its_reason(self, app, console, admin):
        approval = factories.approve(app, admin)
        address = f"/admin/approvals/{approval.code}"
        assert console.post(address, {"first_day": "2027-05-01", "why": "late"}).status == 422
        assert console.post(address, {"first_day": "2026-01-01", "why": ""}).status == 422
        assert console.post(address, {"first_day": "2026-01-01", "why": "a typing error"}).status == 303
        assert "a typing error" in console.get(address).text
        assert console.post(address, {"first_day": "2026-02-01", "why": "again"}).status == 409
        with app.app_context():
            assert db.session.query(Approval).one().withdrawn_from == date(2026, 1, 1)
            assert db.session.query(AuditEvent).filter_by(event="approval:withdrawn").count() == 1

    def test_recording_it_again_begins_with_what_was_recorded(self, app, console, admin):
        approval = factories.approve(app, admin, number="H&M-1")
        page = console.get(f"/admin/approvals/new/{COURSE}?like={approval.code}")
        assert 'value="H&amp;M-1"' in page.html

    def test_an_approval_of_a_course_that_left_the_file_still_has_its_page(self, app, console, admin):
        approval = factories.approve(app, admin)
        courses = {id_: one for id_, one in site_of(app).catalog.courses.items() if id_ != COURSE}
        factories.change_site(app, catalog=factories.replaced(site_of(app).catalog, courses=courses))
        assert COURSE in console.get(f"/admin/approvals/{approval.code}").text


class TestContentCheck:
    @pytest.fixture
    def check(self, app, config, monkeypatch):
        monkeypatch.setenv("COURSE_DATA", str(config.data))
        monkeypatch.setenv("DATABASE_URL", site_of(app).engines.writing.url.render_as_string(hide_password=False))
        return lambda: CliRunner().invoke(cli, ["content", "check"])

    def test_it_names_what_approvals_do_not_cover(self, app, check, admin):
        factories.approve(app, admin, last_day=date(2099, 1, 1), speakers=["Ada Able"])
        result = check()
        assert result.exit_code == 0
        assert (
            "Approval exceeded: needling-safety: Board of Hawaii HI-77 (HI) does not cover it: instructor"
            in result.output
        )

    def test_the_start_says_it_too(self, app, check, admin, monkeypatch):
        factories.approve(app, admin, last_day=date(2099, 1, 1), minutes={"in_person": 60})
        notices_seen = []
        monkeypatch.setattr(
            server, "serve", lambda _host, _port, _address, notices, _work: notices_seen.extend(notices)
        )
        assert CliRunner().invoke(cli, ["serve"]).exit_code == 0
        assert [
            line
            for line in notices_seen
            if line.startswith("Approval exceeded: needling-safety: Board of Hawaii HI-77")
        ]

    def test_it_makes_no_database(self, check, monkeypatch, tmp_path):
        monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/none.db")
        result = check()
        assert (result.exit_code, "pproval" in result.output) == (0, False)
        assert not (tmp_path / "none.db").exists()

    @pytest.mark.parametrize("address", ["sqlite:///{0}/empty.db", "postgresql://nobody@127.0.0.1:1/none"])
    def test_it_reports_that_it_could_not_check(self, check, monkeypatch, tmp_path, address):
        (tmp_path / "empty.db").touch()
        monkeypatch.setenv("DATABASE_URL", address.format(tmp_path))
        result = check()
        assert (result.exit_code, "Approvals were not checked" in result.output) == (0, True)


def test_approvals_work_on_both_databases(either_app):
    admin, person = factories.person(either_app, "Ada Admin", role="admin"), factories.person(either_app, "Nora Needle")
    kept = factories.approve(either_app, admin)
    with either_app.app_context():
        offered = queries.offering(catalog(), catalog().courses[COURSE])
        assert [state for state, _ in queries.covering(COURSE, offered, ["TX", "HI"], NOON.date())] == ["HI"]
        assert queries.uncovered(catalog(), NOON.date()) == []
        actions.withdraw(admin, kept, why="taken back", first_day=date(2026, 3, 1), now=NOON)
        with pytest.raises(actions.WithdrawnAlready):
            actions.withdraw(admin, kept, why="again", first_day=date(2026, 3, 1), now=NOON)
        assert queries.covering(COURSE, offered, ["HI"], NOON.date()) == []
    assert named(either_app, person, admin) == []


class TestTheSameApprovalTwice:
    """Each test runs on both databases."""

    @pytest.fixture
    def ada(self, either_app):
        return factories.person(either_app, "Ada Admin", role="admin")

    def numbers(self, app):
        with app.app_context():
            return [one.number for one in queries.on_record().get(COURSE, [])]

    def test_it_is_on_record_once(self, either_app, ada):
        first = factories.approve(either_app, ada)
        again = factories.approve(either_app, ada, number="hi - 77", approver="BOARD OF  HAWAII")
        assert again.code == first.code
        assert self.numbers(either_app) == ["HI-77"]

    def test_two_administrators_at_the_same_moment_record_it_once(self, either_app, ada):
        with ThreadPoolExecutor(4) as pool:
            codes = {one.code for one in pool.map(lambda _: factories.approve(either_app, ada), range(4))}
        assert len(codes) == len(self.numbers(either_app)) == 1

    def test_the_database_refuses_a_second_one(self, either_app, ada):
        first = factories.approve(either_app, ada)

        @unit_of_work
        def add_by_hand():
            columns = [column.key for column in Approval.__table__.columns if column.key not in {"id", "code"}]
            db.session.add(Approval(**{name: getattr(first, name) for name in columns}))

        with either_app.app_context(), pytest.raises(IntegrityError):
            add_by_hand()

    @pytest.mark.parametrize(
        "change", [{"states": ["TX"]}, {"last_day": date(2027, 1, 1)}, {"minutes": {"in_person": 9}}]
    )
    def test_other_terms_are_another_record(self, either_app, ada, change):
        factories.approve(either_app, ada)
        factories.approve(either_app, ada, **change)
        assert len(self.numbers(either_app)) == 2

    def test_it_can_be_recorded_again_after_it_was_withdrawn(self, either_app, ada):
        first = factories.approve(either_app, ada)
        with either_app.app_context():
            actions.withdraw(ada, first, why="a typing error", first_day=first.first_day, now=NOON)
        assert factories.approve(either_app, ada).code != first.code

    def test_withdrawing_it_reaches_all_records_of_its_number(self, either_app, ada):
        first = factories.approve(either_app, ada)
        longer = factories.approve(either_app, ada, last_day=date(2027, 12, 31))
        over = factories.approve(either_app, ada, first_day=date(2025, 1, 1), last_day=date(2026, 2, 1))
        other = factories.approve(either_app, ada, number="HI-78")
        terms = {"first_day": date(2026, 3, 1), "why": "taken back", "with_others": "y"}
        page = Pages(either_app).as_(ada).post(f"/admin/approvals/{first.code}", terms)
        assert page.status == 303
        with either_app.app_context():
            found = {one.id: one.withdrawn_from for one in db.session.query(Approval)}
        day = date(2026, 3, 1)
        assert found == {first.id: day, longer.id: day, over.id: None, other.id: None}

    def test_the_others_stay_if_the_administrator_says_so(self, either_app, ada):
        first = factories.approve(either_app, ada)
        factories.approve(either_app, ada, last_day=date(2027, 12, 31))
        console = Pages(either_app).as_(ada)
        assert "These records have the same number" in console.get(f"/admin/approvals/{first.code}").text
        console.post(f"/admin/approvals/{first.code}", {"first_day": "2026-03-01", "why": "a typing error"})
        assert "same number withdrawn" in console.get("/admin/approvals/").text

    def test_the_form_of_a_second_one_leads_to_the_first(self, either_app, ada):
        first = factories.approve(either_app, ada)
        with either_app.app_context():
            served = queries.offering(catalog(), catalog().courses[COURSE])
        fields = {
            "approver": first.approver,
            "number": first.number,
            "states": "HI",
            "content_hash": served.content_hash,
        }
        days = {"first_day": "2026-01-01", "last_day": "2026-12-31"}
        console = Pages(either_app).as_(ada)
        answer = console.post(f"/admin/approvals/new/{COURSE}", fields | days | dict(served.minutes))
        assert answer.location == f"/admin/approvals/{first.code}"
        assert "on record already" in console.get(answer.location).text
