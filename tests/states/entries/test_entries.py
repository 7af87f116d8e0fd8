"""State entries: checks, due dates, changes and their notices, and the export."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
import yaml
from click.testing import CliRunner

from course.content import source
from course.content.loader.load import load
from course.content.schema.jurisdiction import Jurisdiction
from course.platform import clock, db, jobs
from course.platform.audit.models import AuditEvent
from course.platform.config import ROOT
from course.platform.jobs import Job
from course.site import site_of
from course.states.entries import actions, queries, yaml_export
from course.states.entries.cli import states_group
from course.states.entries.forms import form_values
from tests import factories
from tests.factories import NOON, replaced

SOURCE = {"url": "https://board.example/rule", "kind": "rule", "as_of": "2026-11"}
DAY = date(2026, 11, 24)


def check(app, admin, code="HI", changed=None, day=DAY):
    with app.app_context():
        return actions.check_entry(admin, code, changed or {}, SOURCE, checked_on=day, note="read", now=NOON)


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
    assert "Last checked on November 23, 2026 against the stored copies" in pages.get("/states/HI").text
    check(app, admin)
    page = pages.get("/states/HI").text
    assert "Last checked on November 24, 2026 against board.example/rule" in page


def test_a_check_changes_the_page_and_leaves_the_file_alone(app, pages, admin, catalog, known):
    check(app, admin, changed={"status": "pending"})
    assert "Pending: enacted, but the rules are not in force yet" in pages.get("/states/HI").text
    assert catalog.jurisdictions["HI"].status == "prohibited"


def test_people_licensed_in_a_state_are_notified_once_of_a_change(app, pages, admin, learner, known):
    check(app, admin, changed={"status": "pending"})
    assert announce_changes(app) == []
    sent = mails(app)
    assert {mail["to"] for mail in sent} == {learner.email, admin.email}
    assert "- status: prohibited -> pending" in sent[0]["changes"]
    home = pages.as_(learner).get("/home").text
    assert "status: prohibited → pending" in home
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


def test_the_form_shows_the_entry_and_saving_it_unchanged_changes_nothing(app, pages, admin, catalog):
    data = {k: v for k, v in form_values(catalog.jurisdictions["FL"]).items() if isinstance(v, (str, int, float))}
    data |= {"source_url": SOURCE["url"], "source_kind": "rule", "checked_on": "2026-11-24"}
    assert pages.as_(admin).post("/admin/states/FL", data).status == 303
    with app.app_context():
        after, before = queries.entry_of("FL").state, catalog.jurisdictions["FL"]
    assert after.sources[0].url == SOURCE["url"]
    same = {"sources": before.sources, "checked_on": None}
    assert after.model_copy(update=same) == before


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"source_url": ""}, "web address of the text"),
        ({"checked_on": "2099-01-01"}, "or an earlier one"),
        ({"citation": ""}, "Enter the citation"),
        ({"total_hours": "many"}, "Enter a number"),
    ],
)
def test_an_invalid_check_is_refused_and_changes_nothing(app, pages, admin, catalog, wrong, message):
    data = {k: v for k, v in form_values(catalog.jurisdictions["FL"]).items() if isinstance(v, (str, int, float))}
    data |= {"source_url": SOURCE["url"], "source_kind": "rule", "checked_on": "2026-11-24"} | wrong
    page = pages.as_(admin).post("/admin/states/FL", data)
    assert page.status == 422
    assert message in page.text
    with app.app_context():
        assert queries.entry_of("FL").check is None


def test_a_newer_entry_in_the_file_replaces_an_older_check(app, admin, catalog):
    check(app, admin, changed={"status": "pending"})
    newer = catalog.jurisdictions["HI"].model_copy(update={"checked_on": DAY + timedelta(days=1)})
    factories.change_site(app, catalog=replaced(catalog, jurisdictions={**catalog.jurisdictions, "HI": newer}))
    with app.app_context():
        assert queries.entry_of("HI").state.status == "prohibited"


def test_the_export_changes_the_checked_entry_and_no_other_line(app, admin):
    check(app, admin, changed={"status": "pending"})
    text = (ROOT / "modules/jurisdictions.yaml").read_text()
    document = source.parse(text, "jurisdictions.yaml", source.Problems())
    with app.app_context():
        entry = queries.entry_of("HI").state.model_dump(mode="json")
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
