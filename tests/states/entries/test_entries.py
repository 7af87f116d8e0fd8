"""State entries: checks, due dates, changes and their notices, and the export."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta

import pytest
import yaml
from click.testing import CliRunner

from course.content import source
from course.content.loader.load import load
from course.content.schema.jurisdiction import Jurisdiction
from course.content.schema.law import walk
from course.platform import clock, db, jobs
from course.platform.audit.models import AuditEvent
from course.platform.config import ROOT
from course.platform.jobs import Job
from course.site import site_of
from course.states.entries import actions, queries, yaml_export
from course.states.entries.cli import states_group
from course.states.entries.forms import form_values
from course.states.entries.models import StateCheck
from tests import factories
from tests.factories import NOON, replaced

SOURCE = {
    "url": "https://board.example/rule",
    "title": "Rule of the board",
    "kind": "primary",
    "as_of": "2026-11",
    "read": "The whole rule.",
}
DAY = date(2026, 12, 2)
LATER = datetime(2026, 12, 5, 12, tzinfo=UTC)
FORM = {f"source_{name}": value for name, value in SOURCE.items()} | {"checked_on": "2026-12-02"}


def check(app, admin, code="HI", changed=None, day=DAY, **more):
    with app.app_context():
        return actions.check_entry(admin, code, changed or {}, SOURCE, checked_on=day, note="read", now=NOON, **more)


def announce_changes(app):
    with app.app_context():
        return actions.announce_changes(now=NOON)


def mails(app, template="state-changed"):
    with app.app_context():
        return [job.payload for job in db.session.query(Job) if job.payload.get("template") == template]


@pytest.fixture
def known(app):
    """Store an edition of every state, as the first start does."""
    assert announce_changes(app) == []


def test_the_first_start_stores_an_edition_of_every_state_and_notifies_nobody(app, learner, known):
    assert mails(app) == []
    with app.app_context():
        assert len(queries.editions()) == 51


def test_every_state_says_when_it_was_checked_and_against_what(pages, app, admin):
    assert "The newest text of the state was read on December 1, 2026." in pages.get("/states/HI").text
    check(app, admin)
    page = pages.get("/states/HI").text
    assert "The newest text of the state was read on December 2, 2026." in page
    assert "Rule of the board The whole rule." in page


def test_a_check_changes_the_page_and_leaves_the_file_alone(app, pages, admin, catalog, known):
    check(app, admin, changed={"status": "pending"})
    assert "Pending: enacted, but the rules are not in force yet" in pages.get("/states/HI").text
    assert catalog.jurisdictions["HI"].status == "prohibited"


def test_people_licensed_in_a_state_are_notified_once_of_a_change(app, pages, admin, learner, known):
    check(app, admin, changed={"status": "pending"})
    assert announce_changes(app) == []
    sent = mails(app)
    assert {mail["to"] for mail in sent} == {learner.email, admin.email}
    assert "- status: Prohibited -> Pending: enacted, but the rules are not in force yet" in sent[0]["changes"]
    home = pages.as_(learner).get("/home").text
    assert "status: Prohibited → Pending" in home
    jobs.drain(app)
    kept = " ".join(path.read_text() for path in site_of(app).mailbox.glob("*.eml"))
    assert "Subject: Hawaii: our dry needling entry has changed" in kept


def test_a_change_in_another_state_notifies_nobody_here(app, admin, learner, known):
    check(app, admin, code="FL", changed={"status": "pending"})
    assert mails(app) == []


def test_a_check_that_changes_no_requirement_notifies_nobody(app, admin, learner, known):
    check(app, admin, changed={"citation": "The same text, cited better"})
    assert mails(app) == []


def test_people_are_notified_of_a_change_in_the_file(app, learner, catalog, known):
    changed = catalog.jurisdictions["HI"].model_copy(update={"status": "permitted"})
    factories.change_site(app, catalog=replaced(catalog, jurisdictions={**catalog.jurisdictions, "HI": changed}))
    assert announce_changes(app) == ["HI"]
    assert [mail["to"] for mail in mails(app)] == [learner.email]


def test_processes_that_start_together_notify_once(either_app):
    person = factories.person(either_app, "Lena Learner")
    announce_changes(either_app)
    content = site_of(either_app).catalog
    changed = content.jurisdictions["HI"].model_copy(update={"status": "permitted"})
    factories.change_site(either_app, catalog=replaced(content, jurisdictions={**content.jurisdictions, "HI": changed}))
    with ThreadPoolExecutor(4) as pool:
        announced = [code for codes in pool.map(lambda _: announce_changes(either_app), range(4)) for code in codes]
    assert announced == ["HI"]
    assert [mail["to"] for mail in mails(either_app)] == [person.email]


def test_a_notice_disappears_when_its_reader_marks_it_as_seen(app, pages, admin, learner, other_learner, known):
    check(app, admin, changed={"status": "pending"})
    with app.app_context():
        [(notice, _)] = queries.notices_of(learner.id)
    pages.as_(other_learner).post(f"/states/notices/{notice.id}/seen")
    assert "Dismiss the notice for" in pages.as_(learner).get("/home").text
    pages.as_(learner).post(f"/states/notices/{notice.id}/seen")
    assert "Dismiss the notice for" not in pages.as_(learner).get("/home").text


def test_an_entry_is_due_when_the_last_check_is_older_than_the_provider_allows(app, pages, admin, monkeypatch):
    later = NOON.replace(year=2027, month=6)
    monkeypatch.setattr(clock, "now", lambda: later)
    page = pages.as_(admin).get("/admin/states/").text
    assert page.count("! due") == 51
    check(app, admin, day=later.date() - timedelta(days=180))
    assert pages.as_(admin).get("/admin/states/").text.count("! due") == 50


@pytest.fixture
def later(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: LATER)


def sent(state, **changed):
    """Return what a browser sends with the form of the entry, filled as it is but for the changed fields."""
    shown = {name: value for name, value in form_values(state).items() if value not in (None, False)}
    return {name: f"{value}" for name, value in (shown | FORM | changed).items()}


@pytest.mark.usefixtures("later")
@pytest.mark.parametrize("code", ["FL", "WA", "AZ", "HI"])
def test_the_form_shows_the_entry_and_saving_it_unchanged_adds_only_the_source(app, pages, admin, catalog, code):
    before = catalog.jurisdictions[code]
    assert pages.as_(admin).post(f"/admin/states/{code}", sent(before)).status == 303
    with app.app_context():
        after = queries.entry_of(code).state
    assert after.sources[0].model_dump(mode="json") == SOURCE | {"id": "check-2026-12-02", "read_on": "2026-12-02"}
    assert after.model_copy(update={"sources": before.sources}) == before


@pytest.mark.usefixtures("later")
def test_each_rule_can_be_corrected_or_confirmed_and_then_names_the_source(app, pages, admin, catalog, learner):
    florida = catalog.jurisdictions["FL"]
    changed = {
        "face-to-face-hours__hours": "60",
        "supervised-sessions__sessions": "30",
        "consent__written": "yes",
        "plan-of-care__confirmed": "y",
        "two-years__valid_to": "2027-06-30",
        "renewal_hours": "26",
    }
    assert pages.as_(admin).post("/admin/states/FL", sent(florida, **changed)).status == 303
    with app.app_context():
        after = queries.entry_of("FL").state
    rules = {rule.id: rule for rule in (*walk(after.requirements), *after.duties)}
    assert (rules["face-to-face-hours"].hours, rules["supervised-sessions"].sessions) == (60, 30)
    assert (rules["consent"].written, rules["two-years"].valid_to) == (True, date(2027, 6, 30))
    assert (after.renewal.hours, after.renewal.sources[0]) == (26, "check-2026-12-02")
    restated = {id_ for id_, rule in rules.items() if rule.source == "check-2026-12-02"}
    assert restated == {"face-to-face-hours", "supervised-sessions", "consent", "two-years", "plan-of-care"}
    page = pages.get("/states/FL").text
    assert "60 hours, none online" in page
    assert "In force until June 30, 2027." in page


@pytest.mark.usefixtures("later")
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"source_url": ""}, "web address of the text"),
        ({"source_title": ""}, "Enter the title"),
        ({"source_read": ""}, "which part of the source"),
        ({"checked_on": "2099-01-01"}, "or an earlier one"),
        ({"citation": ""}, "Enter the citation"),
        ({"face-to-face-hours__hours": "many"}, "Enter a number"),
        ({"face-to-face-hours__hours": "60", "source_kind": "vendor"}, "needs the state's own text"),
        ({"consent__confirmed": "y", "source_kind": "board"}, "needs the state's own text"),
        ({"status": "listed"}, "only listed has no basis"),
    ],
)
def test_an_invalid_check_is_refused_and_changes_nothing(app, pages, admin, catalog, wrong, message):
    page = pages.as_(admin).post("/admin/states/FL", sent(catalog.jurisdictions["FL"], **wrong))
    assert page.status == 422
    assert message in page.text
    with app.app_context():
        assert queries.entry_of("FL").check is None


def test_a_newer_entry_in_the_file_replaces_an_older_check(app, admin, catalog):
    check(app, admin, changed={"status": "pending"})
    hawaii = catalog.jurisdictions["HI"]
    read = hawaii.sources[0].model_copy(update={"read_on": DAY + timedelta(days=1)})
    newer = hawaii.model_copy(update={"sources": (read, *hawaii.sources[1:])})
    factories.change_site(app, catalog=replaced(catalog, jurisdictions={**catalog.jurisdictions, "HI": newer}))
    with app.app_context():
        assert queries.entry_of("HI").state.status == "prohibited"


def test_a_check_from_before_the_rules_were_typed_is_kept_but_no_longer_replaces_the_entry(app, pages, admin):
    entry = {"code": "HI", "status": "pending", "training": {"total_hours": 12}, "sources": [SOURCE]}
    with app.app_context():
        stored = StateCheck(
            code="HI", entry=entry, checked_on=DAY, note="read", author_id=admin.id, author_name="Ada Admin", at=NOON
        )
        db.session.add(stored)
        db.session.commit()
        assert queries.entry_of("HI").state.status == "prohibited"
        assert queries.entry_of("HI").check is None
        assert queries.entries()["HI"].ignored.id == stored.id
    page = pages.as_(admin).get("/admin/states/HI").text
    assert "Ada Admin checked this entry on December 2, 2026, when entries had another form." in page
    assert "December 2, 2026, Ada Admin: read" in page


def test_the_export_changes_the_checked_entry_and_no_other_line(app, admin):
    check(app, admin, changed={"status": "pending"})
    text = (ROOT / "modules/jurisdictions.yaml").read_text()
    document = source.parse(text, "jurisdictions.yaml", source.Problems())
    with app.app_context():
        entry = yaml_export.data_of(queries.entry_of("HI").state)
    merged = yaml_export.merge_entries(text, document, {"HI": entry})
    assert {line for line in text.splitlines() if line.startswith("#")} <= set(merged.splitlines())
    before, after = yaml.safe_load(text)["states"], yaml.safe_load(merged)["states"]
    assert [s["code"] for s in after] == [s["code"] for s in before]
    assert [a["code"] for a, b in zip(after, before, strict=True) if a != b] == ["HI"]
    assert Jurisdiction.model_validate(next(s for s in after if s["code"] == "HI")).status == "pending"


def test_the_export_command_writes_a_file_that_loads_with_the_checked_entry(app, admin, tmp_path):
    check(app, admin, changed={"status": "pending"})
    shutil.copytree(ROOT / "modules", tmp_path / "modules")
    shutil.copytree(ROOT / "quizzes", tmp_path / "quizzes")
    target = tmp_path / "modules/jurisdictions.yaml"

    @contextmanager
    def ready():
        with app.app_context():
            yield ROOT / "modules"

    result = CliRunner().invoke(states_group(ready), ["export", "--to", str(target)])
    assert result.exit_code == 0
    assert "checked entries merged: 1" in result.stderr
    written = load(tmp_path / "modules", tmp_path / "quizzes").jurisdictions["HI"]
    assert (written.status, written.checked_on) == ("pending", DAY)


def test_the_audit_log_keeps_what_a_check_changed(app, admin, known):
    check(app, admin, changed={"status": "pending"})
    with app.app_context():
        event = db.session.query(AuditEvent).filter_by(event="state:checked").one()
    assert (event.details["before"]["status"], event.details["after"]["status"]) == ("prohibited", "pending")
    assert event.at == factories.NOON
