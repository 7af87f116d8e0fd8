"""Who may do what, as one table. A new route without a row fails."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask

from course import create_app
from course.access import PUBLIC
from course.accounts.models import User
from course.certificates.pdf import OURS
from course.config import Config
from tests import factories
from tests.factories import COURSE, MODULE
from tests.pages import Pages

SECTION = f"/modules/{MODULE}/what-counts"
ANYONE, PERSON, ADMIN, OWNER = "anyone", "person", "admin", "owner"
PUBLISHED = "anyone, once there is a public address"

# endpoint -> (method, address, who gets in). {x} is filled with what belongs to the learner.
TABLE = {
    "static": ("GET", "/static/course.css", ANYONE),
    "telemetry.healthz": ("GET", "/healthz", ANYONE),
    "mail.mailbox": ("GET", "/mailbox/", ANYONE),
    "catalog.front": ("GET", "/", ANYONE),
    "certificates.did": ("GET", "/.well-known/did.json", PUBLISHED),
    "certificates.status": ("GET", "/status/1", ANYONE),
    "states.states": ("GET", "/states/", ANYONE),
    "states.state": ("GET", "/states/FL", ANYONE),
    "accounts.sign_up": ("GET", "/sign-up", ANYONE),
    "accounts.sign_in": ("GET", "/sign-in", ANYONE),
    "accounts.confirm_email": ("GET", "/confirm-email/token", ANYONE),
    "accounts.forgotten_password": ("GET", "/forgotten-password", ANYONE),
    "accounts.reset_password": ("GET", "/reset-password/token", ANYONE),
    "accounts.invitation": ("GET", "/invitations/token", ANYONE),
    "accounts.sign_out": ("POST", "/sign-out", PERSON),
    "accounts.send_confirmation": ("POST", "/confirm-email", PERSON),
    "accounts.profile": ("GET", "/profile", PERSON),
    "boards.overview": ("GET", "/admin/boards/", ADMIN),
    "boards.board": ("GET", "/admin/boards/ce-broker-fl/", ADMIN),
    "boards.make": ("GET", "/admin/boards/ce-broker-fl/file", ADMIN),
    "boards.test_file": ("GET", "/admin/boards/ce-broker-fl/test.xml", ADMIN),
    "boards.rosters": ("GET", "/admin/boards/ce-broker-fl/files/", ADMIN),
    "boards.roster": ("GET", "/admin/boards/files/{roster}", ADMIN),
    "boards.file": ("GET", "/admin/boards/files/{roster}/file", ADMIN),
    "boards.receipt": ("GET", "/admin/boards/files/{roster}/receipt", "nobody has it"),
    "boards.read_receipt": (
        "POST",
        "/admin/boards/files/00000000-0000-4000-8000-000000000000/receipt",
        "nobody has it",
    ),
    "boards.accept_all": ("POST", "/admin/boards/files/{roster}/accepted", ADMIN),
    "boards.completion": ("GET", "/admin/boards/ce-broker-fl/completions/{certificate}", ADMIN),
    "retention.close": ("GET", "/profile/close", PERSON),
    "accounts.add_license": ("GET", "/profile/licenses/new", PERSON),
    "accounts.license": ("GET", "/profile/licenses/{license}", OWNER),
    "accounts.remove_license": ("POST", "/profile/licenses/{license}/remove", OWNER),
    "study.modules": ("GET", "/modules/", ANYONE),
    "study.glossary": ("GET", "/glossary", ANYONE),
    "study.media": ("GET", f"/modules/{MODULE}/media/none.webm", "nobody has it"),
    "study.give_feedback": ("POST", f"{SECTION}/feedback", PERSON),
    "search.search": ("GET", "/search?q=pleura", ANYONE),
    "states.notice_seen": ("POST", "/states/notices/1/seen", PERSON),
    "readers.feedback": ("GET", "/admin/feedback/", ADMIN),
    "readers.hours": ("GET", "/admin/hours/", ADMIN),
    "entries.entries": ("GET", "/admin/states/", ADMIN),
    "entries.entry": ("GET", "/admin/states/FL", ADMIN),
    "review.modules": ("GET", "/admin/review/", ADMIN),
    "review.module": ("GET", f"/admin/review/{MODULE}", "reviewer"),
    "admin.set_reviewer": ("POST", "/admin/people/{person}/reviewer", "refused to a learner"),
    "study.module": ("GET", f"/modules/{MODULE}/", ANYONE),
    "study.section": ("GET", SECTION, PERSON),
    "study.answer_check": ("POST", f"{SECTION}/checks/ae-check-severity", PERSON),
    "study.finish_section": ("POST", f"{SECTION}/studied", PERSON),
    "study.count_time": ("POST", f"{SECTION}/time", PERSON),
    "assessment.quiz": ("GET", f"/modules/{MODULE}/quiz", PERSON),
    "assessment.cover": ("GET", f"/assessments/{MODULE}", PERSON),
    "assessment.start": ("POST", f"/assessments/{MODULE}", PERSON),
    "assessment.item": ("GET", "/attempts/{attempt}/1", OWNER),
    "assessment.save": ("POST", "/attempts/{attempt}/1", OWNER),
    "assessment.whole": ("GET", "/attempts/{attempt}/all", OWNER),
    "assessment.save_whole": ("POST", "/attempts/{attempt}/all", OWNER),
    "assessment.flag": ("POST", "/attempts/{attempt}/1/flag", OWNER),
    "assessment.report": ("POST", "/attempts/{attempt}/1/report", OWNER),
    "assessment.calculate": ("POST", "/attempts/{attempt}/calculate", OWNER),
    "assessment.clock_of": ("GET", "/attempts/{attempt}/clock", OWNER),
    "assessment.overview": ("GET", "/attempts/{attempt}/overview", OWNER),
    "assessment.submit": ("POST", "/attempts/{attempt}/submit", OWNER),
    "assessment.result": ("GET", "/attempts/{attempt}", OWNER),
    "sittings.attempts": ("GET", "/admin/people/{person}/attempts", ADMIN),
    "sittings.attempt": ("GET", "/admin/attempts/{attempt}", ADMIN),
    "sittings.accommodation": ("GET", "/admin/people/{person}/accommodation", ADMIN),
    "practice.begin": ("GET", f"/modules/{MODULE}/practice", PERSON),
    "practice.item": ("GET", f"/modules/{MODULE}/practice/seed/1", PERSON),
    "practice.answer": ("POST", f"/modules/{MODULE}/practice/seed/1", PERSON),
    "practice.review": ("GET", "/review/", PERSON),
    "practice.start": ("POST", "/review/start", PERSON),
    "practice.card": ("GET", "/review/items/{card}", OWNER),
    "practice.recall": ("POST", "/review/items/{card}", OWNER),
    "practice.set_mail": ("POST", "/review/mail", PERSON),
    "practice.stop": ("GET", "/review/stop/token", ANYONE),
    "completion.home": ("GET", "/home", PERSON),
    "completion.evaluation": ("GET", f"/courses/{COURSE}/evaluation", PERSON),
    "certificates.course": ("GET", f"/courses/{COURSE}", PERSON),
    "certificates.request_certificate": ("GET", f"/courses/{COURSE}/certificate", PERSON),
    "certificates.renewal": ("GET", f"/courses/{COURSE}/renewal", PERSON),
    "certificates.certificates": ("GET", "/certificates/", PERSON),
    "certificates.credential": ("GET", "/certificates/{certificate}.json", "owner or admin"),
    "certificates.badge_png": ("GET", "/certificates/{certificate}.png", "owner or admin"),
    "certificates.badge_svg": ("GET", "/certificates/{certificate}.svg", "owner or admin"),
    "certificates.document": ("GET", "/certificates/{certificate}.pdf", "owner or admin"),
    "sharing.certificate": ("GET", "/certificates/{certificate}", OWNER),
    "sharing.make_link": ("POST", "/certificates/{certificate}/links", OWNER),
    "sharing.end_link": ("POST", "/certificates/{certificate}/links/{link}/end", OWNER),
    "sharing.publicity": ("GET", "/certificates/{certificate}/public", OWNER),
    "sharing.directory": ("GET", "/directory/", ANYONE),
    "shared.certificate_page": ("GET", "/shared/{link}", ANYONE),
    "shared.document": ("GET", "/shared/{link}/certificate.pdf", ANYONE),
    "shared.badge_picture": ("GET", "/shared/{link}/badge.png", ANYONE),
    "shared.credential": ("GET", "/shared/{link}/badge.json", ANYONE),
    "corrections.ask": ("GET", "/certificates/{certificate}/name", OWNER),
    "backdating.wishes": ("GET", "/admin/backdating/", ADMIN),
    "backdating.ask": ("GET", "/admin/requests/{request}/earlier-date", ADMIN),
    "backdating.wish": ("GET", "/admin/backdating/00000000-0000-4000-8000-000000000000", "nobody has it"),
    "backdating.confirm": ("POST", "/admin/backdating/00000000-0000-4000-8000-000000000000/confirm", "nobody has it"),
    "backdating.refuse": ("POST", "/admin/backdating/00000000-0000-4000-8000-000000000000/refuse", "nobody has it"),
    "names.corrections": ("GET", "/admin/corrections/", ADMIN),
    "names.correction": ("GET", "/admin/corrections/{correction}", ADMIN),
    "names.proof": ("GET", "/admin/corrections/{correction}/proof", ADMIN),
    "names.accept": ("POST", "/admin/corrections/{correction}/accept", ADMIN),
    "names.reject": ("POST", "/admin/corrections/{correction}/reject", ADMIN),
    "verification.check": ("GET", "/verify/", ANYONE),
    "verification.file": ("POST", "/verify/", ANYONE),
    "verification.certificate": ("GET", "/verify/{certificate}", ANYONE),
    "orders.orders": ("GET", "/admin/orders/", ADMIN),
    "orders.place": ("POST", "/admin/orders/", "nobody has it"),
    "orders.order": ("GET", "/admin/orders/00000000-0000-4000-8000-000000000000", "nobody has it"),
    "orders.stop": ("POST", "/admin/orders/00000000-0000-4000-8000-000000000000/stop", "nobody has it"),
    "awards.queue": ("GET", "/admin/requests/", ADMIN),
    "awards.issue": ("POST", "/admin/requests/issue", ADMIN),
    "awards.request_page": ("GET", "/admin/requests/{request}", ADMIN),
    "awards.issue_in_latin": ("POST", "/admin/requests/{request}/latin", ADMIN),
    "awards.reject": ("POST", "/admin/requests/{request}/reject", ADMIN),
    "awards.template": ("GET", "/admin/template", ADMIN),
    "awards.choose_template": ("POST", "/admin/template", ADMIN),
    "awards.template_page": ("GET", "/admin/template/{template}/plain/1.png", ADMIN),
    "awards.template_document": ("GET", "/admin/template/{template}/plain.pdf", ADMIN),
    "awards.register": ("GET", "/admin/certificates/", ADMIN),
    "awards.certificate": ("GET", "/admin/certificates/{certificate}", ADMIN),
    "awards.reissue": ("POST", "/admin/certificates/{certificate}/reissue", ADMIN),
    "awards.revoke": ("POST", "/admin/certificates/{certificate}/revoke", ADMIN),
    "transcripts.transcript": ("GET", "/transcript", PERSON),
    "transcripts.document": ("GET", "/transcript.pdf", PERSON),
    "transcripts.table": ("GET", "/transcript.csv", PERSON),
    "transcripts.licenses": ("GET", "/licenses.ics", PERSON),
    "transcripts.set_mail": ("POST", "/licenses/mail", PERSON),
    "transcripts.stop": ("GET", "/licenses/stop/token", ANYONE),
    "transcripts.add": ("GET", "/transcript/records/new", PERSON),
    "transcripts.record": ("GET", "/transcript/records/{record}", OWNER),
    "transcripts.remove": ("POST", "/transcript/records/{record}/remove", OWNER),
    "transcripts.record_document": ("GET", "/transcript/records/{record}/document", "owner or admin"),
    "elsewhere.records": ("GET", "/admin/records-elsewhere/", ADMIN),
    "elsewhere.record": ("GET", "/admin/records-elsewhere/{record}", ADMIN),
    "elsewhere.transcript": ("GET", "/admin/people/{person}/transcript", ADMIN),
    "approvals.approvals": ("GET", "/admin/approvals/", ADMIN),
    "approvals.coming": ("GET", "/admin/approvals/next", ADMIN),
    "approvals.new": ("GET", f"/admin/approvals/new/{COURSE}", ADMIN),
    "approvals.approval": ("GET", "/admin/approvals/00000000-0000-4000-8000-000000000000", "nobody has it"),
    "rescoring.rescorings": ("GET", "/admin/rescoring/", ADMIN),
    "rescoring.preview": ("GET", "/admin/rescoring/adverse-001", ADMIN),
    "rescoring.rescoring": ("GET", "/admin/rescorings/00000000-0000-4000-8000-000000000000", "nobody has it"),
    "rescoring.questions": ("GET", "/admin/questions/", ADMIN),
    "rescoring.question": ("GET", "/admin/questions/00000000-0000-4000-8000-000000000000", "nobody has it"),
    "quality.overview": ("GET", "/admin/items/", ADMIN),
    "quality.item": ("GET", "/admin/items/adverse-001", ADMIN),
    "quality.assessment": ("GET", f"/admin/assessments/{MODULE}", ADMIN),
    "quality.table": ("GET", f"/admin/assessments/{MODULE}.csv", ADMIN),
    "quality.reports": ("GET", "/admin/reports/", ADMIN),
    "quality.close_report": ("POST", "/admin/reports/00000000-0000-4000-8000-000000000000", ADMIN),
    "quality.panels": ("GET", "/admin/standards/", ADMIN),
    "quality.open_panel": ("POST", "/admin/standards/", ADMIN),
    "quality.panel": ("GET", "/admin/standards/{panel}", ADMIN),
    "quality.worksheet": ("GET", "/admin/standards/{panel}/worksheet", "reviewer"),
    "quality.second_round": ("POST", "/admin/standards/{panel}/second-round", ADMIN),
    "quality.close_panel": ("POST", "/admin/standards/{panel}/close", ADMIN),
    "records.checks": ("GET", "/admin/checks/", ADMIN),
    "records.check_now": ("POST", "/admin/checks/", ADMIN),
    "records.packets": ("GET", "/admin/packets/", ADMIN),
    "records.ask": ("POST", "/admin/packets/", ADMIN),
    "records.ask_about": ("POST", "/admin/people/{person}/packet", "refused to a learner"),
    "records.packet": ("GET", "/admin/packets/{packet}", ADMIN),
    "records.download": ("POST", "/admin/packets/{packet}/download", ADMIN),
    "records.again": ("POST", "/admin/packets/{packet}/again", ADMIN),
    "admin.console": ("GET", "/admin/", ADMIN),
    "admin.people": ("GET", "/admin/people/", ADMIN),
    "admin.person": ("GET", "/admin/people/{person}", ADMIN),
}
WELCOME = {
    "nobody has it": set(),
    PUBLISHED: set(),
    "reviewer": {"reviewer"},
    "refused to a learner": {"admin", "reviewer"},
    ANYONE: {"nobody", "learner", "other", "instructor", "admin", "reviewer"},
    PERSON: {"learner", "other", "instructor", "admin", "reviewer"},
    OWNER: {"learner"},
    "owner or admin": {"learner", "admin", "reviewer"},
    ADMIN: {"admin", "reviewer"},
}


@dataclass(frozen=True)
class World:
    """A data folder, who is in its database, and by name what belongs to the learner."""

    data: Path
    people: dict[str, User | None]
    things: dict[str, str]


@pytest.fixture(scope="module")
def world(tmp_path_factory, catalog, migrated) -> World:
    data = tmp_path_factory.mktemp("world")
    shutil.copy(migrated, data / "course.db")
    app = create_app(Config.from_environ({"COURSE_DATA": str(data), "SECRET_KEY": "k" * 40}), catalog)
    learner, admin = factories.person(app, "Lena Learner"), factories.person(app, "Ada Admin", role="admin")
    people = {
        "nobody": None,
        "learner": learner,
        "other": factories.person(app, "Otto Other"),
        "instructor": factories.person(app, "Ina Instructor", role="instructor"),
        "admin": admin,
        "reviewer": factories.make_reviewer(app, admin, factories.person(app, "Rita Reviewer", role="admin")),
    }
    things = things_of(app, learner, admin)
    app.extensions["engine"].dispose()
    return World(data, people, things)


def things_of(app: Flask, learner: User, admin: User) -> dict[str, str]:
    factories.add_license(app, learner)
    certificate = factories.issue(app, learner, admin)
    with app.app_context():
        return {
            "roster": str(factories.roster(app, admin).code),
            "license": str(learner.licenses[0].code),
            "attempt": str(factories.start_attempt(app, learner, "state-scope").code),
            "certificate": certificate.code,
            "request": str(factories.request_code(app, learner)),
            "template": OURS.digest,
            "person": str(learner.code),
            "record": str(factories.add_record(app, learner).code),
            "correction": str(factories.ask_for_name(app, learner, certificate).code),
            "panel": str(factories.open_panel(app, admin).code),
            "link": factories.share(app, learner, certificate),
            "card": factories.start_review(app, learner),
            "packet": str(factories.ask_packet(app, admin).code),
        }


@pytest.mark.parametrize("endpoint", TABLE)
def test_route_lets_in_whom_the_table_says(world, make_app, config, endpoint):
    """Each on a copy of its own, since a person may change what the next one asks for."""
    shutil.copytree(world.data, config.data, dirs_exist_ok=True)
    pages = Pages(make_app(f"sqlite:///{config.data / 'course.db'}"))
    method, address, rule = TABLE[endpoint]
    if endpoint == "accounts.invitation":
        address = factories.invitation(pages.app)
    statuses, let_in = {}, set()
    for who, person in world.people.items():
        with pages.as_(person).client.open(address.format(**world.things), method=method) as response:
            statuses[who] = response.status_code
            to_sign_in = response.status_code == 303 and "/sign-in" in response.headers["Location"]
        if response.status_code not in {403, 404} and not (to_sign_in and who == "nobody"):
            let_in.add(who)
    assert let_in == WELCOME[rule], statuses


def test_every_route_has_a_row_in_the_table(app: Flask):
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(TABLE)


def test_a_view_without_a_mark_is_closed(app: Flask, admin):
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    assert Pages(app).as_(admin).get("/forgotten").status == 403


def test_routes_marked_public_are_those_of_the_table(app: Flask):
    marked = {name for name, view in app.view_functions.items() if view.access == PUBLIC}
    assert marked == {name for name, row in TABLE.items() if row[2] in {ANYONE, PUBLISHED}}


def test_a_form_without_its_token_is_refused(app: Flask, learner):
    app.config["WTF_CSRF_ENABLED"] = True
    assert Pages(app).as_(learner).post("/profile", {"legal_name": "Forged"}).status == 400
