"""Audit packets: all that was on record at a moment, the same bytes each time, and for those alone who may have them."""

import csv
import hashlib
import io
import json
import stat
import subprocess
import sys
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
from course.platform import clock, db, jobs
from course.platform.audit.models import AuditEvent
from course.platform.config import ROOT
from course.platform.db import unit_of_work
from course.reporting.records import actions, packet, packet_rows, queries
from course.reporting.records.archive import cell
from course.reporting.records.models import Packet
from course.site import site_of
from tests import factories
from tests.factories import COURSE, NOON

AS_OF = NOON + timedelta(days=2)
LATER = NOON + timedelta(days=9)


@pytest.fixture
def award(app, learner, admin):
    return factories.issue(app, learner, admin)


def made(app, asked, now=AS_OF):
    """The packet's bytes, made as the worker makes it."""
    with app.app_context():
        maker = site_of(app).packets
        maker.make(0, {"code": str(asked.code)})
        return maker.path(asked.code).read_bytes()


def opened(data):
    return ZipFile(io.BytesIO(data))


def rows(archive, name):
    return list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"))))


def ask(app, admin, **asked):
    return factories.ask_packet(app, admin, now=AS_OF, **asked)


def test_a_packet_tells_who_attended_what_for_how_long_and_on_which_evidence(app, learner, admin, award):
    archive = opened(made(app, ask(app, admin)))
    (person,) = rows(archive, "roster.csv")
    assert (person["name"], person["hours"], person["minutes"], person["certificate"], person["certificate is"]) == (
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
    assert (attempt["points"], attempt["of"], attempt["passed"]) == ("11", "11", "yes")
    (hours,) = rows(archive, "hours.csv")
    assert hours["computed minutes"] == "75"
    assert int(hours["words"]) > 1000
    assert {row["what"] for row in rows(archive, "audit-log.csv")} >= {"certificate:requested", "certificate:issued"}
    assert not {row["what"] for row in rows(archive, "audit-log.csv")} & {"person:signed-up", "license:added"}


def test_the_documents_and_the_content_are_in_it_to_the_byte(app, learner, admin, award):
    archive = opened(made(app, ask(app, admin)))
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


def test_the_manifest_has_the_hash_of_every_other_file(app, admin, award):
    archive = opened(made(app, ask(app, admin)))
    manifest = json.loads(archive.read("manifest.json"))
    assert set(archive.namelist()) - {"manifest.json"} == set(manifest["files"])
    for name, told in manifest["files"].items():
        data = archive.read(name)
        assert (hashlib.sha256(data).hexdigest(), len(data)) == (told["sha256"], told["size"])
    assert manifest["question"] == {"course": COURSE, "first": "2026-01-01", "last": "2026-12-31"}
    assert archive.testzip() is None


def test_the_first_page_is_whole_in_itself_and_its_links_lead_to_files(app, admin, award):
    archive = opened(made(app, ask(app, admin)))
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
    archive = opened(made(app, ask(app, admin)))
    (counted,) = rows(archive, "evaluations.csv")
    assert (counted["question"], counted["answer"], counted["participants"]) == ("objectives-met", "4", "2")
    comments = rows(archive, "comments.csv")
    assert [row["comment"] for row in comments] == ["'=Too fast"] * 2
    assert set(comments[0]) == {"question", "comment"}


def test_item_statistics_rest_on_every_attempt_up_to_the_moment(app, admin, award, other_learner):
    factories.sit(app, other_learner, right=False, now=NOON)
    before = rows(opened(made(app, ask(app, admin))), "items/adverse-events.csv")
    assert sum(int(row["first: n"]) for row in before) == 22
    assert any(row["first: p"] == "0.5" for row in before)
    factories.sit(app, factories.person(app, "Wanda Late"), now=LATER)
    assert rows(opened(made(app, ask(app, admin))), "items/adverse-events.csv") == before


def everything_later(app, learner, admin, award, other):
    """All that can be recorded after the moment that was asked for."""
    with app.app_context():
        found = register.certificate_of(award.code)
        new = issuing.supersede(found, Correction.RESCORED, "Later.", actor=admin, now=LATER)
        ending.revoke(register.certificate_of(new.code), Reason.AT_REQUEST, "Later.", actor=admin, now=LATER)
        jobs.drain(app)
    factories.issue(app, other, admin, now=LATER)


def test_what_was_recorded_later_is_not_in_it_and_the_bytes_are_the_same(either_app):
    boss = factories.person(either_app, "Ada Admin", role="admin")
    lena, otto = factories.person(either_app, "Lena Learner"), factories.person(either_app, "Otto Other")
    award = factories.issue(either_app, lena, boss)
    for question in ({}, {"person": str(lena.code)}):
        asked = ask(either_app, boss, **question)
        first = made(either_app, asked)
        assert made(either_app, asked) == first
    everything_later(either_app, lena, boss, award, otto)
    assert made(either_app, asked) == first
    (only,) = rows(opened(made(either_app, ask(either_app, boss))), "certificates.csv")
    assert (only["number"], only["it is"]) == (award.code, "valid")
    with either_app.app_context():
        late = actions.ask(
            actions.Question(COURSE, date(2026, 1, 1), date(2026, 12, 31)), actor=boss, now=LATER + timedelta(days=1)
        )
    now = opened(made(either_app, late))
    assert sorted(row["it is"] for row in rows(now, "certificates.csv")) == ["revoked", "superseded", "valid"]
    assert [row["full reason"] for row in rows(now, "revocations.csv")] == ["Later."]


def test_both_databases_give_the_same_bytes(app, admin, award, postgres_server, make_app):
    asked = ask(app, admin)
    other = make_app(postgres_server.create("copied", "migrated"))
    with site_of(app).engines.writing.connect() as source, site_of(other).engines.writing.begin() as target:
        for table in tables.metadata.sorted_tables:
            if found := [dict(row._mapping) for row in source.execute(select(table))]:
                target.execute(insert(table), found)
    assert made(app, asked) == made(other, asked)


def test_another_process_gives_the_same_bytes(app, admin, award, config):
    asked = ask(app, admin)
    here = made(app, asked)
    program = (
        "import os; from course import create_app; from course.site import site; app = create_app()\n"
        f"with app.app_context(): site().packets.make(0, {{'code': '{asked.code}'}})"
    )
    env = {"COURSE_DATA": str(config.data), "SECRET_KEY": config.secret_key, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo"}
    with app.app_context():
        path = site_of(app).packets.path(asked.code)
    path.unlink()
    subprocess.run([sys.executable, "-c", program], env=env, cwd=ROOT, check=True)
    assert path.read_bytes() == here


def test_the_period_is_that_of_the_licenses_calendar(app, admin, award):
    """Noon in London on March 2 is still March 2 in Hawaii, two in the morning."""
    for first, last, count in [
        (date(2026, 3, 2), date(2026, 3, 2), 1),
        (date(2026, 3, 3), date(2026, 3, 9), 0),
        (date(2026, 1, 1), date(2026, 3, 1), 0),
    ]:
        asked = ask(app, admin, course=COURSE, first=first, last=last)
        assert len(rows(opened(made(app, asked)), "roster.csv")) == count


def test_a_completion_just_before_midnight_in_hawaii_belongs_to_that_day(app, admin):
    late = NOON.replace(day=3, hour=9)  # 23:00 on March 2 in Honolulu
    factories.issue(app, factories.person(app, "Hana Hawaii"), admin, now=late)
    for day, count in [(2, 1), (3, 0)]:
        asked = factories.ask_packet(
            app, admin, now=AS_OF, course=COURSE, first=date(2026, 3, day), last=date(2026, 3, day)
        )
        assert len(rows(opened(made(app, asked)), "roster.csv")) == count


def test_a_persons_packet_has_everything_about_this_person_and_nothing_about_others(
    app, learner, other_learner, admin, award
):
    other = factories.issue(app, other_learner, admin)
    factories.study_module(app, learner, "state-scope")
    archive = opened(made(app, ask(app, admin, person=str(learner.code))))
    assert [row["name"] for row in rows(archive, "roster.csv")] == ["Lena Learner"]
    assert {row["module"] for row in rows(archive, "readings.csv")} == {"adverse-events", "state-scope"}
    assert [row["course"] for row in rows(archive, "evaluations-given.csv")] == [COURSE]
    everything = b"".join(archive.read(name) for name in archive.namelist())
    assert award.code.encode() in everything
    for trace in (other.code, str(other_learner.code), "Otto Other"):
        assert trace.encode() not in everything


def test_content_that_has_changed_since_is_told_instead_of_shown(app, admin, award, monkeypatch):
    real = packet.load

    def changed(modules, quizzes):
        content = real(modules, quizzes)
        newer = content.modules["adverse-events"].model_copy(update={"digest": "another"})
        return factories.replaced(content, modules={**content.modules, "adverse-events": newer})

    monkeypatch.setattr(packet, "load", changed)
    archive = opened(made(app, ask(app, admin)))
    (told,) = rows(archive, "content.csv")
    assert told["in this packet"] == "no: the files have changed since"
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
def test_no_cell_is_a_formula(given, written):
    assert cell(given) == written


@given(strategies.text())
def test_whatever_is_written_no_cell_begins_like_a_formula_and_nothing_is_lost(words):
    assert not cell(words).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert cell(words).removeprefix("'") == words.removeprefix("'") or cell(words) == f"'{words}"


def test_a_worker_that_was_killed_leaves_no_packet_and_another_one_makes_it(app, admin, award, config, monkeypatch):
    asked = ask(app, admin)
    program = (
        "import os; from course import create_app, jobs; from course.records import packet_rows; app = create_app()\n"
        "packet_rows.files_of = lambda _: os._exit(9)\n"
        "jobs.drain(app)"
    )
    env = {"COURSE_DATA": str(config.data), "SECRET_KEY": config.secret_key}
    assert subprocess.run([sys.executable, "-c", program], env=env, cwd=ROOT, check=False).returncode == 9
    with app.app_context():
        maker = site_of(app).packets
        assert not maker.path(asked.code).exists()
        (draft,) = maker.path(asked.code).parent.iterdir()
        when = clock.now() + jobs.CLAIM
        monkeypatch.setattr(clock, "now", lambda: when)
        jobs.drain(app)
        assert opened(maker.path(asked.code).read_bytes()).testzip() is None
        maker.remove_old(clock.now() + timedelta(hours=1))
        assert draft.exists()
        maker.remove_old(clock.now() + timedelta(days=2))
        assert not draft.exists()


def test_statements_do_not_grow_with_each_participant(app, admin, count_queries):
    for name in ("Lena Learner", "Otto Other"):
        factories.issue(app, factories.person(app, name), admin)
    asked = ask(app, admin)
    with count_queries() as two:
        made(app, asked)
    for name in ("Wanda Waiting", "Nils New", "Petra Past"):
        factories.issue(app, factories.person(app, name), admin)
    with count_queries() as five:
        made(app, asked)
    assert len(five) == len(two) < 60


def test_many_batches_make_the_same_tables_as_one(app, admin, monkeypatch):
    for name in ("Lena Learner", "Otto Other", "Wanda Waiting"):
        factories.issue(app, factories.person(app, name), admin)
    asked = ask(app, admin)
    whole = made(app, asked)
    monkeypatch.setattr(packet_rows, "PEOPLE", 1)
    monkeypatch.setattr(packet_rows, "FILES", 1)
    assert made(app, asked) == whole


class TestPages:
    def form(self, **more):
        return {"course": COURSE, "first": "2026-01-01", "last": "2026-12-31"} | more

    def test_it_is_asked_for_made_by_the_worker_and_downloaded_on_record(self, app, pages, admin, award, monkeypatch):
        monkeypatch.setattr(clock, "now", lambda: AS_OF)
        boss = pages.as_(admin)
        asked = boss.post("/admin/packets/", self.form())
        assert asked.status == 303
        assert "It waits for the worker" in boss.get(asked.location).text
        assert boss.post(f"{asked.location}/download").status == 409
        with app.app_context():
            jobs.drain(app)
        page = boss.get(asked.location)
        assert "Download the ZIP" in page.text
        assert "data-poll" not in page.html
        sent = boss.client.post(f"{asked.location}/download", buffered=True)
        with app.app_context():
            row = db.session.query(Packet).one()
            assert hashlib.sha256(sent.data).hexdigest() == row.sha256
            assert (row.done, row.parts, row.size) == (row.parts, 4, len(sent.data))
            told = db.session.scalars(select(AuditEvent.event).where(AuditEvent.subject == f"packet:{row.code}"))
            assert list(told) == ["records:packet-asked", "records:packet-downloaded"]
            path = site_of(app).packets.path(row.code)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        assert [one.name for one in path.parent.iterdir()] == [path.name]
        assert "audit-packet-needling-safety-2026-01-01-2026-12-31.zip" in sent.headers["Content-Disposition"]

    def test_asked_twice_it_is_made_once(self, app, pages, admin):
        boss = pages.as_(admin)
        first = boss.post("/admin/packets/", self.form()).location
        assert boss.post("/admin/packets/", self.form()).location == first
        assert boss.post("/admin/packets/", self.form(last="2026-11-30")).location != first

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ({"last": "2025-01-01"}, "The last day lies before the first"),
            ({"first": "soon"}, "Not a valid date"),
            ({"course": "none"}, "Not a valid choice"),
            ({"first": ""}, "Choose the first day"),
        ],
    )
    def test_a_question_that_makes_no_sense_is_refused(self, app, pages, admin, given, message):
        page = pages.as_(admin).post("/admin/packets/", self.form(**given))
        assert page.status == 422
        assert message in page.text
        with app.app_context():
            assert queries.count_packets() == 0

    def test_a_person_is_asked_about_on_their_page(self, app, pages, admin, learner, award):
        boss = pages.as_(admin)
        assert "Create audit packet" in boss.get(f"/admin/people/{learner.code}").text
        page = boss.get(boss.post(f"/admin/people/{learner.code}/packet").location)
        assert "Everything about Lena Learner" in page.text
        with app.app_context():
            assert db.session.scalars(
                select(AuditEvent.person_id).where(AuditEvent.event == "records:packet-asked")
            ).all() == [learner.id]

    def test_a_failure_is_shown_with_its_reason_and_tried_again(self, app, pages, admin, award, monkeypatch):
        def full(*_args, **_more):
            raise OSError("No space left on device")

        asked = ask(app, admin)
        real, when = packet.make, clock.now()
        monkeypatch.setattr(packet, "make", full)
        with app.app_context():
            jobs.drain(app)
            folder = site_of(app).packets.path(asked.code).parent
        assert list(folder.iterdir()) == []
        boss = pages.as_(admin)
        assert "No space left on device" in boss.get(f"/admin/packets/{asked.code}").text
        assert "failed" in boss.get("/admin/packets/").text
        monkeypatch.setattr(packet, "make", real)
        monkeypatch.setattr(clock, "now", lambda: when + timedelta(hours=1))
        with app.app_context():
            jobs.drain(app)
        assert "Download the ZIP" in boss.get(f"/admin/packets/{asked.code}").text

    def test_its_file_is_removed_after_its_time_and_can_be_made_again_the_same(
        self, app, pages, admin, learner, award, other_learner
    ):
        asked = ask(app, admin)
        with app.app_context():
            jobs.drain(app)
            maker = site_of(app).packets
            first = maker.path(asked.code).read_bytes()
            finished = db.session.get_one(Packet, asked.id).finished_at
        with app.app_context():
            maker.remove_old(finished + timedelta(days=29))
            assert maker.path(asked.code).exists()
            maker.remove_old(finished + timedelta(days=31))
            assert not maker.path(asked.code).exists()
        boss = pages.as_(admin)
        assert "Make it again" in boss.get(f"/admin/packets/{asked.code}").text
        everything_later(app, learner, admin, award, other_learner)
        assert boss.post(f"/admin/packets/{asked.code}/again").status == 303
        with app.app_context():
            jobs.drain(app)
            assert maker.path(asked.code).read_bytes() == first
        assert "not the same" not in boss.get(f"/admin/packets/{asked.code}").text
        with app.app_context():

            @unit_of_work
            def rename():
                db.session.execute(text("UPDATE license SET number = 'PT77'"))

            rename()
        boss.post(f"/admin/packets/{asked.code}/again")
        with app.app_context():
            jobs.drain(app)
        assert "It is not the same as when it was made first" in boss.get(f"/admin/packets/{asked.code}").text

    def test_the_part_that_changes_comes_alone(self, app, pages, admin):
        asked = ask(app, admin)
        part = pages.as_(admin).get(f"/admin/packets/{asked.code}?part=1")
        assert "<html" not in part.html
        assert "data-poll" in part.html
