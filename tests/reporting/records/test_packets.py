"""Audit packets: everything on record at one moment, with the same bytes each time."""

import csv
import functools
import hashlib
import io
import json
import shutil
import stat
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from zipfile import ZipFile

import html5lib
import pytest
from hypothesis import given, strategies
from sqlalchemy import insert, select, text

from course import tables
from course.certificates.issuing import ending, issuing
from course.certificates.issuing import queries as register
from course.certificates.issuing.models import Correction, Reason
from course.content.loader.load import load
from course.learning.labs import actions as lab_actions
from course.learning.labs import queries as labs
from course.platform import clock, db, jobs
from course.platform.audit.models import AuditEvent
from course.platform.config import ROOT
from course.platform.db import unit_of_work
from course.reporting.records import packet_actions, packet_file_actions, packet_queries
from course.reporting.records.archive import cell
from course.reporting.records.models import Packet
from course.reporting.records.packet_request import PacketRequest
from course.site import site_of
from tests import factories
from tests.factories import COURSE, NOON

AS_OF = NOON + timedelta(days=2)
LATER = NOON + timedelta(days=9)


load_once = functools.cache(load)


@pytest.fixture(autouse=True)
def content_is_read_once(monkeypatch):
    """Each packet reads all content again, which takes half a second. Here the files don't change in between."""
    monkeypatch.setattr(packet_file_actions, "load", load_once)


@pytest.fixture
def award(app, learner, admin):
    return factories.issue(app, learner, admin)


def created(app, packet):
    """Create the packet's file as the worker does, and return its bytes."""
    with app.app_context():
        packet_actions.create_packet(0, {"code": str(packet.code)})
        return packet_actions.file_of(packet.code).read_bytes()


def opened(data):
    return ZipFile(io.BytesIO(data))


def rows(archive, name):
    return list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"))))


def requested(app, admin, **about):
    return factories.request_packet(app, admin, now=AS_OF, **about)


def test_a_packet_shows_who_attended_what_for_how_long_with_the_evidence(app, learner, admin, award):
    archive = opened(created(app, requested(app, admin)))
    (person,) = rows(archive, "roster.csv")
    assert (
        person["name"],
        person["hours"],
        person["minutes"],
        person["certificate"],
        person["certificate status"],
    ) == (
        "Lena Learner",
        "1.25",
        "75",
        award.code,
        "valid",
    )
    (attended,) = rows(archive, "attendance.csv")
    assert (attended["module"], attended["minutes"]) == ("adverse-events", "75")
    assert attended["attended"].startswith("8 of 8 sections completed")
    assert len(rows(archive, "readings.csv")) == 8
    (attempt,) = rows(archive, "attempts.csv")
    assert (attempt["points"], attempt["out of"], attempt["passed"]) == ("11", "11", "yes")
    (hours,) = rows(archive, "hours.csv")
    assert hours["computed minutes"] == "75"
    assert int(hours["words"]) > 1000
    assert {row["event"] for row in rows(archive, "audit-log.csv")} >= {"certificate:requested", "certificate:issued"}
    assert not {row["event"] for row in rows(archive, "audit-log.csv")} & {"person:signed-up", "license:added"}


def test_documents_and_content_are_in_it_byte_for_byte(app, learner, admin, award):
    archive = opened(created(app, requested(app, admin)))
    with app.app_context():
        _, document = register.document_of(learner, award.code, any_owner=False)
        _, badge = register.credential_of(learner, award.code, any_owner=False)
    assert archive.read(f"certificates/{award.code}.pdf") == document
    assert archive.read(f"certificates/{award.code}.json").decode() == badge
    for name, path in {
        "content/adverse-events/module.yaml": "modules/adverse-events/module.yaml",
        "content/banks/adverse-events.yaml": "quizzes/adverse-events.yaml",
        "content/courses.yaml": "modules/courses.yaml",
    }.items():
        assert archive.read(name) == (ROOT / path).read_bytes()
    assert "content/thorax-and-upper-back/module.yaml" not in archive.namelist()


def test_the_manifest_has_the_digest_of_every_other_file(app, admin, award):
    archive = opened(created(app, requested(app, admin)))
    manifest = json.loads(archive.read("manifest.json"))
    assert set(archive.namelist()) - {"manifest.json"} == set(manifest["files"])
    for name, listed in manifest["files"].items():
        data = archive.read(name)
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (listed["sha256"], listed["size"])
    assert manifest["question"] == {"course": COURSE, "first": "2026-01-01", "last": "2026-12-31"}
    assert archive.testzip() is None


def test_the_first_page_is_self_contained_and_its_links_lead_to_files(app, admin, award):
    archive = opened(created(app, requested(app, admin)))
    page = archive.read("index.html").decode()
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    links = {link.get("href") for link in tree.iter("a")}
    assert links <= set(archive.namelist())
    assert {"roster.csv", "policies.json", f"certificates/{award.code}.pdf"} <= links
    assert not [one for one in tree.iter() if one.tag in {"script", "link", "img", "iframe"}]
    assert len(list(tree.iter("h1"))) == 1
    assert "Lena Learner" in page


def test_evaluations_are_counted_and_comments_have_no_names(app, admin, award, other_learner):
    factories.issue(app, other_learner, admin)
    with app.app_context():

        @unit_of_work
        def comment():
            answers = {"objectives-met": "4", "comments": "=Too fast"}
            db.session.execute(text("UPDATE evaluation SET answers = :answers"), {"answers": json.dumps(answers)})

        comment()
    archive = opened(created(app, requested(app, admin)))
    (counted,) = rows(archive, "evaluations.csv")
    assert (counted["question"], counted["answer"], counted["participants"]) == ("objectives-met", "4", "2")
    comments = rows(archive, "comments.csv")
    assert [row["comment"] for row in comments] == ["'=Too fast"] * 2
    assert set(comments[0]) == {"question", "comment"}


def test_item_statistics_count_every_attempt_up_to_the_date_of_the_packet(app, admin, award, other_learner):
    factories.sit(app, other_learner, right=False, now=NOON)
    before = rows(opened(created(app, requested(app, admin))), "items/adverse-events.csv")
    assert sum(int(row["first: n"]) for row in before) == 22
    assert any(row["first: p"] == "0.5" for row in before)
    factories.sit(app, factories.person(app, "Wanda Late"), now=LATER)
    assert rows(opened(created(app, requested(app, admin))), "items/adverse-events.csv") == before


def everything_later(app, learner, admin, award, other):
    """Record everything that can happen after the date of the packet."""
    with app.app_context():
        found = register.certificate_of(award.code)
        new = issuing.supersede(found, Correction.RESCORED, "Later.", actor=admin, now=LATER)
        ending.revoke(register.certificate_of(new.code), Reason.AT_REQUEST, "Later.", actor=admin, now=LATER)
        jobs.drain(app)
    factories.issue(app, other, admin, now=LATER)


def test_later_records_are_not_in_it_and_do_not_change_its_bytes(either_app):
    boss = factories.person(either_app, "Ada Admin", role="admin")
    lena, otto = factories.person(either_app, "Lena Learner"), factories.person(either_app, "Otto Other")
    award = factories.issue(either_app, lena, boss)
    for about in ({}, {"person": str(lena.code)}):
        packet = requested(either_app, boss, **about)
        first = created(either_app, packet)
        assert created(either_app, packet) == first
    everything_later(either_app, lena, boss, award, otto)
    assert created(either_app, packet) == first
    (only,) = rows(opened(created(either_app, requested(either_app, boss))), "certificates.csv")
    assert (only["number"], only["status"]) == (award.code, "valid")
    with either_app.app_context():
        late = packet_actions.request_packet(
            PacketRequest(COURSE, date(2026, 1, 1), date(2026, 12, 31)), actor=boss, now=LATER + timedelta(days=1)
        )
    now = opened(created(either_app, late))
    assert sorted(row["status"] for row in rows(now, "certificates.csv")) == ["revoked", "superseded", "valid"]
    assert [row["full reason"] for row in rows(now, "revocations.csv")] == ["Later."]


def test_both_databases_give_the_same_bytes(app, admin, award, postgres_server, make_app):
    packet = requested(app, admin)
    other = make_app(postgres_server.create("copied", "migrated"))
    with site_of(app).engines.writing.connect() as source, site_of(other).engines.writing.begin() as target:
        for table in tables.metadata.sorted_tables:
            if found := [dict(row) for row in source.execute(select(table)).mappings()]:
                target.execute(insert(table), found)
    assert created(app, packet) == created(other, packet)


def test_another_process_gives_the_same_bytes(app, admin, award, config):
    packet = requested(app, admin)
    here = created(app, packet)
    program = (
        "from course import create_app; from course.reporting.records import packet_actions; app = create_app()\n"
        f"with app.app_context(): packet_actions.create_packet(0, {{'code': '{packet.code}'}})"
    )
    env = {"COURSE_DATA": str(config.data), "SECRET_KEY": config.secret_key, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    with app.app_context():
        path = packet_actions.file_of(packet.code)
    path.unlink()
    subprocess.run([sys.executable, "-c", program], env=env, cwd=ROOT, check=True)
    assert path.read_bytes() == here


def test_the_period_is_in_the_time_zone_of_the_license(app, admin, award):
    """Noon in London on March 2 is still March 2 in Hawaii, two in the morning."""
    for first, last, count in [
        (date(2026, 3, 2), date(2026, 3, 2), 1),
        (date(2026, 3, 3), date(2026, 3, 9), 0),
        (date(2026, 1, 1), date(2026, 3, 1), 0),
    ]:
        packet = requested(app, admin, course=COURSE, first=first, last=last)
        assert len(rows(opened(created(app, packet)), "roster.csv")) == count


def test_a_completion_before_midnight_in_hawaii_belongs_to_that_day(app, admin):
    late = NOON.replace(day=3, hour=9)  # 23:00 on March 2 in Honolulu
    factories.issue(app, factories.person(app, "Hana Hawaii"), admin, now=late)
    for day, count in [(2, 1), (3, 0)]:
        packet = factories.request_packet(
            app, admin, now=AS_OF, course=COURSE, first=date(2026, 3, day), last=date(2026, 3, day)
        )
        assert len(rows(opened(created(app, packet)), "roster.csv")) == count


def test_a_packet_about_a_person_has_all_their_records_and_no_one_elses(app, learner, other_learner, admin, award):
    other = factories.issue(app, other_learner, admin)
    factories.study_module(app, learner, "state-scope")
    archive = opened(created(app, requested(app, admin, person=str(learner.code))))
    assert [row["name"] for row in rows(archive, "roster.csv")] == ["Lena Learner"]
    assert {row["module"] for row in rows(archive, "readings.csv")} == {"adverse-events", "state-scope"}
    assert [row["course"] for row in rows(archive, "evaluations-given.csv")] == [COURSE]
    everything = b"".join(archive.read(name) for name in archive.namelist())
    assert award.code.encode() in everything
    for trace in (other.code, str(other_learner.code), "Otto Other"):
        assert trace.encode() not in everything


def test_a_packet_has_the_times_in_labs_with_what_was_corrected_by_then(app, learner, admin, instructor, award):
    lab = factories.lab(app, admin, instructor, starts_at=AS_OF - timedelta(hours=9))
    factories.book(app, learner, lab, now=AS_OF - timedelta(days=2))
    factories.attend(app, learner, lab, first=5, last=65)
    with app.app_context():
        (wrong,) = labs.history_of(lab, learner.id)
        times = {"in_at": lab.starts_at, "out_at": lab.ends_at, "reason": "Stayed."}
        lab_actions.record_by_roster(instructor, lab, learner.id, **times, replaces=wrong, now=AS_OF)
        later = AS_OF + timedelta(days=1)
        (right,) = labs.presences_of(lab)[learner.id]
        lab_actions.record_by_roster(instructor, lab, learner.id, **times, replaces=right, now=later)
    for about in ({}, {"person": str(learner.code)}):
        archive = opened(created(app, requested(app, admin, **about)))
        found = [(row["recorded"], row["reason"], row["corrected later"]) for row in rows(archive, "labs.csv")]
        assert found == [("code", "", "yes"), ("roster", "Stayed.", "no")]
        assert "lab:presence-recorded" in {row["event"] for row in rows(archive, "audit-log.csv")}


def test_content_that_has_changed_since_is_named_but_not_included(app, admin, award, tmp_path):
    modules = tmp_path / "modules"
    shutil.copytree(ROOT / "modules", modules)
    (tmp_path / "quizzes").symlink_to(ROOT / "quizzes")
    section = min((modules / "adverse-events").glob("*.md"))
    section.write_text(section.read_text() + "\nOne more sentence.\n")
    factories.change_site(app, config=replace(site_of(app).config, modules=modules, quizzes=tmp_path / "quizzes"))
    archive = opened(created(app, requested(app, admin)))
    (module,) = rows(archive, "content.csv")
    assert module["in this packet"] == "no: the files have changed since"
    assert not [name for name in archive.namelist() if name.startswith("content/adverse-events/")]
    assert rows(archive, "hours.csv")[0]["words"] == ""


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@x", "'@x"),
        ("\tx", "'\tx"),
        ("\r=1", "'\r=1"),
        ("a=1", "a=1"),
        (-1, "-1"),
        (None, ""),
        (True, "yes"),
    ],
)
def test_a_cell_is_never_a_formula(given, written):
    assert cell(given) == written


@given(strategies.text())
def test_any_text_is_kept_and_never_starts_like_a_formula(words):
    assert not cell(words).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert cell(words).removeprefix("'") == words.removeprefix("'") or cell(words) == f"'{words}"


def test_a_killed_worker_leaves_no_packet_and_another_one_creates_it(app, admin, award, config, monkeypatch):
    packet = requested(app, admin)
    program = (
        "import os; from course import create_app; from course.platform import jobs\n"
        "from course.reporting.records import packet_queries; app = create_app()\n"
        "packet_queries.certificate_files = lambda _: os._exit(9)\n"
        "jobs.drain(app)"
    )
    env = {"COURSE_DATA": str(config.data), "SECRET_KEY": config.secret_key}
    assert subprocess.run([sys.executable, "-c", program], env=env, cwd=ROOT, check=False).returncode == 9
    with app.app_context():
        path = packet_actions.file_of(packet.code)
        assert not path.exists()
        (draft,) = packet_actions.folder().iterdir()
        when = clock.now() + jobs.CLAIM_TIME
        monkeypatch.setattr(clock, "now", lambda: when)
        jobs.drain(app)
        assert opened(path.read_bytes()).testzip() is None
        packet_actions.remove_old_files(clock.now() + timedelta(hours=1))
        assert draft.exists()
        packet_actions.remove_old_files(clock.now() + timedelta(days=2))
        assert not draft.exists()


def test_the_number_of_statements_does_not_grow_with_participants(app, admin, count_queries):
    for name in ("Lena Learner", "Otto Other"):
        factories.issue(app, factories.person(app, name), admin)
    packet = requested(app, admin)
    with count_queries() as two:
        created(app, packet)
    for name in ("Wanda Waiting", "Nils New", "Petra Past"):
        factories.issue(app, factories.person(app, name), admin)
    with count_queries() as five:
        created(app, packet)
    assert len(five) == len(two) < 60


def test_small_batches_give_the_same_bytes_as_large_ones(app, admin, monkeypatch):
    for name in ("Lena Learner", "Otto Other", "Wanda Waiting"):
        factories.issue(app, factories.person(app, name), admin)
    packet = requested(app, admin)
    whole = created(app, packet)
    monkeypatch.setattr(packet_queries, "PARTICIPANTS_PER_BATCH", 1)
    monkeypatch.setattr(packet_queries, "DOCUMENTS_PER_BATCH", 1)
    assert created(app, packet) == whole


class TestPages:
    def form(self, **more):
        return {"course": COURSE, "first": "2026-01-01", "last": "2026-12-31"} | more

    def test_it_is_requested_created_by_the_worker_and_downloaded_on_record(
        self, app, pages, admin, award, monkeypatch
    ):
        monkeypatch.setattr(clock, "now", lambda: AS_OF)
        boss = pages.as_(admin)
        response = boss.post("/admin/packets/", self.form())
        assert response.status == 303
        assert "Waiting for the worker" in boss.get(response.location).text
        assert boss.post(f"{response.location}/download").status == 409
        with app.app_context():
            jobs.drain(app)
        page = boss.get(response.location)
        assert "Download ZIP" in page.text
        assert "data-poll" not in page.html
        sent = boss.client.post(f"{response.location}/download", buffered=True)
        with app.app_context():
            row = db.session.query(Packet).one()
            assert hashlib.sha256(sent.data).hexdigest() == row.sha256
            assert (row.done, row.parts, row.size) == (row.parts, 4, len(sent.data))
            events = db.session.scalars(select(AuditEvent.event).where(AuditEvent.subject == f"packet:{row.code}"))
            assert list(events) == ["records:packet-asked", "records:packet-downloaded"]
            path = packet_actions.file_of(row.code)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert [one.name for one in path.parent.iterdir()] == [path.name]
        assert "audit-packet-needling-safety-2026-01-01-2026-12-31.zip" in sent.headers["Content-Disposition"]

    def test_the_same_request_twice_gives_one_packet(self, app, pages, admin):
        boss = pages.as_(admin)
        first = boss.post("/admin/packets/", self.form()).location
        assert boss.post("/admin/packets/", self.form()).location == first
        assert boss.post("/admin/packets/", self.form(last="2026-11-30")).location != first

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ({"last": "2025-01-01"}, "The last day is before the first"),
            ({"first": "soon"}, "Not a valid date"),
            ({"course": "none"}, "Not a valid choice"),
            ({"first": ""}, "Enter the first day"),
        ],
    )
    def test_an_invalid_request_is_refused(self, app, pages, admin, given, message):
        page = pages.as_(admin).post("/admin/packets/", self.form(**given))
        assert page.status == 422
        assert message in page.text
        with app.app_context():
            assert packet_queries.packets(page=1, size=1).total == 0

    def test_a_packet_about_a_person_is_requested_on_their_page(self, app, pages, admin, learner, award):
        boss = pages.as_(admin)
        assert "Create audit packet" in boss.get(f"/admin/people/{learner.code}").text
        page = boss.get(boss.post(f"/admin/people/{learner.code}/packet").location)
        assert "All records of Lena Learner" in page.text
        with app.app_context():
            assert db.session.scalars(
                select(AuditEvent.person_id).where(AuditEvent.event == "records:packet-asked")
            ).all() == [learner.id]

    def test_a_failure_is_shown_with_its_reason_and_retried(self, app, pages, admin, award, monkeypatch):
        def full(*_args, **_more):
            raise OSError("No space left on device")

        packet = requested(app, admin)
        real, when = packet_file_actions.write_packet, clock.now()
        monkeypatch.setattr(packet_file_actions, "write_packet", full)
        with app.app_context():
            jobs.drain(app)
            folder = packet_actions.folder()
        assert list(folder.iterdir()) == []
        boss = pages.as_(admin)
        assert "No space left on device" in boss.get(f"/admin/packets/{packet.code}").text
        assert "failed" in boss.get("/admin/packets/").text
        monkeypatch.setattr(packet_file_actions, "write_packet", real)
        monkeypatch.setattr(clock, "now", lambda: when + timedelta(hours=1))
        with app.app_context():
            jobs.drain(app)
        assert "Download ZIP" in boss.get(f"/admin/packets/{packet.code}").text

    def test_its_file_is_removed_after_thirty_days_and_can_be_created_again(
        self, app, pages, admin, learner, award, other_learner
    ):
        packet = requested(app, admin)
        with app.app_context():
            jobs.drain(app)
            path = packet_actions.file_of(packet.code)
            first = path.read_bytes()
            finished = db.session.get_one(Packet, packet.id).finished_at
        with app.app_context():
            packet_actions.remove_old_files(finished + timedelta(days=29))
            assert path.exists()
            packet_actions.remove_old_files(finished + timedelta(days=31))
            assert not path.exists()
        boss = pages.as_(admin)
        assert "Create again" in boss.get(f"/admin/packets/{packet.code}").text
        everything_later(app, learner, admin, award, other_learner)
        assert boss.post(f"/admin/packets/{packet.code}/again").status == 303
        with app.app_context():
            jobs.drain(app)
            assert path.read_bytes() == first
        assert "differs from the first one" not in boss.get(f"/admin/packets/{packet.code}").text
        with app.app_context():

            @unit_of_work
            def rename():
                db.session.execute(text("UPDATE license SET number = 'PT77'"))

            rename()
        boss.post(f"/admin/packets/{packet.code}/again")
        with app.app_context():
            jobs.drain(app)
        assert "This file differs from the first one" in boss.get(f"/admin/packets/{packet.code}").text

    def test_the_status_can_be_loaded_alone(self, app, pages, admin):
        packet = requested(app, admin)
        part = pages.as_(admin).get(f"/admin/packets/{packet.code}?part=1")
        assert "<html" not in part.html
        assert "data-poll" in part.html
