"""Every form that a page sends does its work once, or its view is listed here with the reason why it may be repeated.

Each case fills in a form and sends it twice at the same moment and a third time later, on both databases. All three get
the same answer, and the database is then as after one.
"""

import io
import re
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any, NamedTuple

import pytest
from flask import Flask
from sqlalchemy import Table, select

from course.certificates.backdating import actions as backdating
from course.certificates.bulk import actions as bulk
from course.certificates.completion.forms import field_name
from course.certificates.issuing.models import Request
from course.certificates.issuing.pdf import BUILT_IN
from course.certificates.rescoring import queries as rescoring
from course.content.queries import course_of
from course.learning.labs import screen_code
from course.learning.labs.models import Lab
from course.people.accounts import queries as accounts
from course.people.accounts import tokens
from course.people.accounts.models import User
from course.people.accounts.tokens import Purpose
from course.platform import clock, db, sent_forms
from course.platform.db import unit_of_work
from course.reporting.records.models import Packet
from course.reporting.transcripts.actions import version
from course.site import site_of
from course.states.entries.forms import form_values
from course.tables import metadata
from tests import factories
from tests.assessment.quality.test_standards import rate
from tests.certificates.rescoring import bank
from tests.certificates.rescoring.test_rescoring import certify, questions
from tests.factories import COURSE, MODULE, NOON, PASSWORD, PROOF
from tests.learning.skills import table
from tests.pages import Pages, session_of
from tests.reporting.boards.boards import BOARD, holder, mirrored, send, use
from tests.reporting.retention.test_closing import with_password

ID = "0123456789abcdef" * 2
SECTION = f"/modules/{MODULE}/what-counts"

# What may be sent again: the reason, by endpoint.
REPEATABLE = {
    "accounts.change_password": "each press asks for the current password",
    "accounts.confirm_email": "an email that is confirmed stays confirmed",
    "accounts.profile": "it sets the name",
    "accounts.license": "it sets the license",
    "attempts.start": "it opens the attempt that is open",
    "attempts.save_whole": "each answer has a serial",
    "attempts.flag": "it sets the flag",
    "attempts.calculate": "it stores nothing",
    "attempts.submit": "what is submitted stays submitted",
    "attempts_saving.save": "each answer has a serial",
    "email_changes.cancel": "what is canceled stays canceled",
    "email_changes.confirm": "the change is made once",
    "email_changes.undo": "the change is undone once",
    "entries.notice_seen": "what was seen stays seen",
    "factors.add_passkey": "a passkey is added once, whatever its registration is sent with",
    "factors.passkey": "it sets the name",
    "factors.authenticator": "the same secret is set once",
    "factors.remove_authenticator": "what is off stays off",
    "factors.recovery_codes": "each press makes new codes, and the page with the last ones is shown",
    "instructors_admin.instructor": "it sets the role",
    "labs.answer_check": "the first answer counts",
    "labs_admin.edit": "it sets the lab",
    "mail_admin.retry": "it sets the time of the next try",
    "mail_admin.retry_all": "it sets the time of the next try",
    "people.confirm_one_name": "a name that is confirmed stays confirmed",
    "people.set_reviewer": "it sets the role",
    "practice.answer": "the first answer to a question counts",
    "practice.recall": "the first recall of a card counts",
    "practice.set_mail": "it sets a choice",
    "practice.start": "it continues the review of the day",
    "practice.stop": "it sets a choice",
    "quality_admin.worksheet": "it sets the ratings",
    "records_admin.download": "each press is a download, and each one is on record",
    "second_step.passkey": "the answer of a passkey counts once",
    "second_step.second_step": "a code counts once, and another press needs another code",
    "second_step.confirm_by_passkey": "the answer of a passkey counts once",
    "second_step.needed": "a code counts once, and another press needs another code",
    "second_step.later": "it sets a choice",
    "sessions.end_others": "what has ended stays ended",
    "sharing.publicity": "it sets what the public sees",
    "supervision.session": "it sets the session",
    "sign_in.sign_in": "each press asks for the password again",
    "sign_in.confirm": "each press asks for the password again",
    "sign_in.sign_out": "the session ends once",
    "single_sign_on.first_time": "an account with the provider is connected once",
    "single_sign_on.disconnect": "what is disconnected stays so",
    "skills_instructor.sign_off": "each sign-off has a code of its own",
    "study.answer_check": "the first answer counts",
    "study.count_time": "a script sends it, and no form does",
    "study.finish_section": "a section is finished once",
    "transcripts.record": "it sets the credit",
    "transcripts.set_mail": "it sets a choice",
    "transcripts.stop": "it sets a choice",
    "verification.file": "it stores nothing",
}


class Form(NamedTuple):
    """A filled form: who sends it where, and its fields; a field that is bytes is a file."""

    person: User | None
    path: str
    fields: dict[str, Any]


def lena(app: Flask) -> User:
    return factories.person(app, "Lena Learner")


def ada(app: Flask) -> User:
    return factories.person(app, "Ada Admin", role="admin")


def newest(app: Flask, model: type) -> Any:
    with app.app_context():
        return db.session.scalars(select(model).order_by(model.id.desc()).limit(1)).one()


def in_app(app: Flask, work: Callable[[], Any]) -> Any:
    with app.app_context():
        return work()


def sign_up(app: Flask) -> Form:
    fields = factories.name_form("Nora New") | {"email": "nora@example.org", "password": PASSWORD, "repeat": PASSWORD}
    return Form(None, "/sign-up", fields)


def invitation(app: Flask) -> Form:
    return Form(None, factories.invitation(app), sign_up(app).fields)


def send_confirmation(app: Flask) -> Form:
    return Form(factories.person(app, "Lena Learner", confirmed=False), "/confirm-email", {})


def forgotten_password(app: Flask) -> Form:
    return Form(None, "/forgotten-password", {"email": lena(app).email})


def reset_password(app: Flask) -> Form:
    person = lena(app)
    state = accounts.token_state(Purpose.RESET, person)
    token = tokens.make(site_of(app).secret_keys, Purpose.RESET, person.code, state)
    return Form(None, f"/reset-password/{token}", {"password": PASSWORD, "repeat": PASSWORD})


def add_license(app: Flask) -> Form:
    fields = {"jurisdiction": "FL", "profession": "PT", "number": "PT40213"}
    return Form(lena(app), "/profile/licenses/new", fields)


def remove_license(app: Flask) -> Form:
    person = lena(app)
    return Form(person, f"/profile/licenses/{person.licenses[0].code}/remove", {})


def close(app: Flask) -> Form:
    return Form(with_password(app, lena(app)), "/profile/close", {"understood": "y", "password": PASSWORD})


def remove_passkey(app: Flask) -> Form:
    person = lena(app)
    return Form(person, f"/profile/security/passkeys/{factories.add_passkey(app, person).code}/remove", {})


def remove_factors(app: Flask) -> Form:
    person = lena(app)
    factories.add_passkey(app, person)
    return Form(ada(app), f"/admin/people/{person.code}/second-factors", {"reason": "The phone is lost."})


def end_session(app: Flask) -> Form:
    person = lena(app)
    return Form(person, f"/profile/sessions/{session_of(app, person).code}/end", {})


def end_sessions(app: Flask) -> Form:
    person = lena(app)
    session_of(app, person)
    return Form(ada(app), f"/admin/people/{person.code}/sessions/end", {})


def give_feedback(app: Flask) -> Form:
    return Form(lena(app), f"{SECTION}/feedback", {"helpful": "yes", "comment": "Clear."})


def report(app: Flask) -> Form:
    person = lena(app)
    attempt = factories.start_attempt(app, person)
    return Form(person, f"/attempts/{attempt.code}/1/report", {"text": "Two are correct."})


def evaluation(app: Flask) -> Form:
    person = lena(app)
    factories.study_module(app, person)
    factories.sit(app, person)
    answers = {"scale": "4", "yes_no": "yes", "text": "The figures."}
    fields = {field_name(question): answers[question.type] for question in site_of(app).catalog.evaluation}
    return Form(person, f"/courses/{COURSE}/evaluation", fields)


def request_certificate(app: Flask) -> Form:
    person = lena(app)
    factories.complete(app, person)
    fields = dict.fromkeys(("license_right", "name_right", "print_license", "attested"), "y")
    fields |= {"license": str(person.licenses[0].code), "legal_name": person.legal_name}
    return Form(person, f"/courses/{COURSE}/certificate", fields)


def renewal(app: Flask) -> Form:
    person = lena(app)
    factories.issue(app, person, ada(app), now=NOON - timedelta(days=400))
    return Form(person, f"/courses/{COURSE}/renewal", {"cycle": "2"})


def issue(app: Flask) -> Form:
    asked = factories.request(app, lena(app))
    return Form(ada(app), "/admin/requests/issue", {"request": str(asked.code)})


def issue_in_latin(app: Flask) -> Form:
    asked = factories.request(app, factories.person(app, "রাজেশ কুমার"))
    fields = factories.name_form("Lena Learner") | {"latin_reason": "Looked up with the board."}
    return Form(ada(app), f"/admin/requests/{asked.code}/latin", fields)


def reject(app: Flask) -> Form:
    asked = factories.request(app, lena(app))
    return Form(ada(app), f"/admin/requests/{asked.code}/reject", {"reason": "Expired."})


def accept_short_time(app: Flask) -> Form:
    asked = factories.request(app, lena(app))

    @unit_of_work
    def shorten() -> None:
        db.session.get_one(Request, asked.id).is_short = True

    in_app(app, shorten)
    return Form(ada(app), f"/admin/requests/{asked.code}/short-time", {"short_reason": "Read on paper."})


def revoke(app: Flask) -> Form:
    admin = ada(app)
    code = factories.issue(app, lena(app), admin).code
    return Form(admin, f"/admin/certificates/{code}/revoke", {"reason": "issued in error", "note": "So."})


def reissue(app: Flask) -> Form:
    admin = ada(app)
    code = factories.issue(app, lena(app), admin).code
    return Form(admin, f"/admin/certificates/{code}/reissue", {"error": "The address was wrong."})


def choose_template(app: Flask) -> Form:
    return Form(ada(app), "/admin/template", {"digest": BUILT_IN.digest})


def start_bulk(app: Flask) -> Form:
    factories.request(app, lena(app))
    return Form(ada(app), "/admin/orders/", {"course": COURSE})


def cancel_bulk(app: Flask) -> Form:
    admin = start_bulk(app).person
    order = in_app(app, lambda: bulk.start(course_of(COURSE), actor=admin, now=NOON))
    return Form(admin, f"/admin/orders/{order.code}/stop", {})


def ask_correction(app: Flask) -> Form:
    person = lena(app)
    code = factories.issue(app, person, ada(app)).code
    fields = factories.name_form("Lena Lernér") | {"reason": "The accent.", "proof": PROOF}
    return Form(person, f"/certificates/{code}/name", fields)


def decide_correction(verb: str, **fields: str) -> Callable[[Flask], Form]:
    def case(app: Flask) -> Form:
        person, admin = lena(app), ada(app)
        certificate = factories.issue(app, person, admin)
        asked = factories.request_name_correction(app, person, certificate)
        return Form(admin, f"/admin/corrections/{asked.code}/{verb}", fields)

    return case


def ask_backdating(app: Flask) -> Form:
    asked = factories.request(app, lena(app))
    fields = {"issue_on": NOON.date().isoformat(), "reason": "The office was closed."}
    return Form(ada(app), f"/admin/requests/{asked.code}/earlier-date", fields)


def decide_backdating(verb: str) -> Callable[[Flask], Form]:
    def case(app: Flask) -> Form:
        asked, admin = factories.request(app, lena(app)), ada(app)
        later = NOON + timedelta(days=30)
        proposal = in_app(
            app, lambda: backdating.ask(asked, NOON.date(), "The office was closed.", actor=admin, now=later)
        )
        return Form(factories.person(app, "Bea Board", role="admin"), f"/admin/backdating/{proposal.code}/{verb}", {})

    return case


def approval_fields(app: Flask) -> dict[str, Any]:
    """Return the fields of the form for a new approval, as a person fills them in."""
    fields = {"approver": "Board of Hawaii", "number": "HI-77", "states": "HI", "speakers": ""}
    fields |= dict.fromkeys(("self_paced_online", "live_online", "in_person"), "60")
    fields |= {"first_day": "2026-01-01", "last_day": "2027-12-31"}
    served = site_of(app).catalog
    return fields | {"content_hash": served.course_digest(served.courses[COURSE])}


def record_approval(app: Flask) -> Form:
    return Form(ada(app), f"/admin/approvals/new/{COURSE}", approval_fields(app))


def withdraw_approval(app: Flask) -> Form:
    admin = ada(app)
    approval = factories.approve(app, admin)
    fields = {"first_day": "2026-06-01", "why": "Taken back."}
    return Form(admin, f"/admin/approvals/{approval.code}", fields)


def rescore(app: Flask) -> Form:
    content = site_of(app).catalog
    bank.use(app, content, bank.WRONG)
    bank.sit(app, lena(app), answer=bank.RIGHT)
    bank.use(app, content, bank.RIGHT)
    shown = in_app(app, lambda: rescoring.scope_of(bank.ITEM).digest)
    fields = {"decision": "new-key", "reason": "Option c is right.", "shown": shown}
    return Form(ada(app), f"/admin/rescoring/{bank.ITEM}", fields)


def decide_question(app: Flask) -> Form:
    admin, content = ada(app), site_of(app).catalog
    bank.use(app, content, bank.WRONG)
    certify(app, lena(app), admin)
    bank.use(app, content, bank.RIGHT)
    bank.decide(app, admin, take_passes=True)
    (asked,) = questions(app)
    return Form(admin, f"/admin/questions/{asked.code}", {"decision": "keep", "reason": "So."})


def make_link(app: Flask) -> Form:
    person = lena(app)
    code = factories.issue(app, person, ada(app)).code
    return Form(person, f"/certificates/{code}/links", {"label": "For my clinic"})


def end_link(app: Flask) -> Form:
    person = lena(app)
    certificate = factories.issue(app, person, ada(app))
    token = factories.share(app, person, certificate)
    return Form(person, f"/certificates/{certificate.code}/links/{token}/end", {})


def check_records(app: Flask) -> Form:
    return Form(ada(app), "/admin/checks/", {})


def ask_packet(app: Flask) -> Form:
    return Form(ada(app), "/admin/packets/", {"course": COURSE, "first": "2026-01-01", "last": "2026-03-31"})


def ask_packet_about(app: Flask) -> Form:
    return Form(ada(app), f"/admin/people/{lena(app).code}/packet", {})


def make_packet_again(app: Flask) -> Form:
    admin = ada(app)
    packet = factories.request_packet(app, admin)

    @unit_of_work
    def finish() -> None:
        db.session.get_one(Packet, packet.id).finished_at = NOON

    in_app(app, finish)
    return Form(admin, f"/admin/packets/{packet.code}/again", {})


def add_credit(app: Flask) -> Form:
    fields = {"title": "Shoulder", "provider": "Elsewhere", "approval": "", "mode": "in_person", "minutes": "240"}
    fields |= {"completed_on": "2026-02-01", "document": PROOF}
    return Form(lena(app), "/transcript/records/new", fields)


def remove_credit(app: Flask) -> Form:
    person = lena(app)
    return Form(person, f"/transcript/records/{factories.add_external_credit(app, person).code}/remove", {})


def check_credit(app: Flask) -> Form:
    credit = factories.add_external_credit(app, lena(app))
    fields = {"seen": version(credit), "decision": "verified", "note": ""}
    return Form(ada(app), f"/admin/records-elsewhere/{credit.code}", fields)


def add_proof(app: Flask) -> Form:
    fields = {"jurisdiction": "FL", "first": "2020-01-01", "last": "", "weekly_hours": "32", "document": PROOF}
    return Form(lena(app), "/proof/new/practice", fields)


def remove_proof(app: Flask) -> Form:
    person = lena(app)
    return Form(person, f"/proof/{factories.add_proof(app, person).code}/remove", {})


def file_paper(app: Flask) -> Form:
    return Form(lena(app), "/proof/filed/FL/attestation", {"filed_on": "2026-01-01"})


def check_proof(app: Flask) -> Form:
    proof = factories.add_proof(app, lena(app))
    fields = {"seen": proof.state, "decision": "verified", "note": ""}
    return Form(ada(app), f"/admin/proof/{proof.code}", fields)


def make_board_file(app: Flask) -> Form:
    admin = ada(app)
    use(app)
    holder(app, "Lena Learner", admin)
    page = Pages(app).as_(admin).get(f"/admin/boards/{BOARD.key}/file")
    shown = page.html.split('name="shown"')[1].split('value="')[1].split('"')[0]
    return Form(admin, f"/admin/boards/{BOARD.key}/file", {"format": "xml", "shown": shown})


def read_receipt(app: Flask) -> Form:
    admin = make_board_file(app).person
    sent = send(app, admin)
    return Form(admin, f"/admin/boards/files/{sent.code}/receipt", {"receipt": mirrored(sent.file)})


def accept_all(app: Flask) -> Form:
    admin = make_board_file(app).person
    return Form(admin, f"/admin/boards/files/{send(app, admin).code}/accepted", {"reason": "seen on the site"})


def decide_completion(app: Flask) -> Form:
    admin = ada(app)
    use(app)
    code = holder(app, "Lena Learner", admin).code
    send(app, admin)
    fields = {"decision": "again", "reason": "It never arrived."}
    return Form(admin, f"/admin/boards/{BOARD.key}/completions/{code}", fields)


def close_report(app: Flask) -> Form:
    from_learner = report(app)
    Pages(app).as_(from_learner.person).post(from_learner.path, from_learner.fields)
    page = Pages(app).as_(admin := ada(app)).get("/admin/reports/")
    code = page.html.split('action="/admin/reports/')[1].split('"')[0]
    return Form(admin, f"/admin/reports/{code}", {"reply": "Thank you."})


def open_panel(app: Flask) -> Form:
    return Form(ada(app), "/admin/standards/", {"assessment": MODULE})


def second_round(app: Flask) -> Form:
    admin = ada(app)
    panel = factories.open_panel(app, admin)
    rate(app, admin, panel, 60)
    return Form(admin, f"/admin/standards/{panel.code}/second-round", {})


def close_panel(app: Flask) -> Form:
    admin = ada(app)
    return Form(admin, f"/admin/standards/{factories.open_panel(app, admin).code}/close", {})


def accommodation(app: Flask) -> Form:
    fields = {"extra_percent": "50", "extra_attempts": "1", "note": "Letter of March 1."}
    return Form(ada(app), f"/admin/people/{lena(app).code}/accommodation", fields)


def check_state(app: Flask) -> Form:
    values = form_values(site_of(app).catalog.jurisdictions["FL"])
    fields = {name: str(value) for name, value in values.items() if value not in (None, False)}
    fields |= {"source_url": "https://example.org/rule", "source_kind": "primary", "checked_on": "2026-11-24"}
    fields |= {"source_title": "Rule of the board", "source_read": "The whole rule."}
    return Form(ada(app), "/admin/states/FL", fields)


def sign_review(app: Flask) -> Form:
    admin = ada(app)
    reviewer = factories.make_reviewer(app, admin, factories.person(app, "Rita Reviewer", role="admin"))
    fields = {"name": "Rita Reviewer", "credentials": "PT, DPT", "read": "y"}
    fields["digest"] = site_of(app).catalog.modules[MODULE].reviewed_digest
    return Form(reviewer, f"/admin/review/{MODULE}", fields)


def change_email(app: Flask) -> Form:
    return Form(lena(app), "/profile/email", {"email": "new@example.org"})


def change_email_of_person(app: Flask) -> Form:
    fields = {"email": "new@example.org", "proof": "Photo ID on a video call."}
    return Form(ada(app), f"/admin/people/{lena(app).code}/email", fields)


def add_qualification(app: Flask) -> Form:
    fields = {"name": "License", "issuer": "Board", "number": "1", "first_day": "2026-01-01", "expires_on": ""}
    return Form(ada(app), f"/admin/instructors/{lena(app).code}/qualifications/new", fields)


def withdraw_qualification(app: Flask) -> Form:
    admin = ada(app)
    codes = factories.codes_of_instructor(app, factories.instructor(app, admin))
    path = f"/admin/instructors/{codes['teacher']}/qualifications/{codes['qualification']}"
    return Form(admin, path, {"reason": "Another person's."})


def session_fields(**more: str) -> dict[str, str]:
    fields = {"held_on": "2026-03-01", "minutes": "30", "muscles": "soleus", "setting": "clinic", "jurisdiction": "FL"}
    return fields | {"note": ""} | more


def log_sessions(app: Flask) -> Form:
    return Form(lena(app), "/supervised/new", session_fields(count="2"))


def on_session(verb: str) -> Callable[[Flask], Form]:
    def case(app: Flask) -> Form:
        person = lena(app)
        (session,) = factories.log_sessions(app, person)
        return Form(person, f"/supervised/{session.code}/{verb}", {})

    return case


def annul_session(app: Flask) -> Form:
    person = lena(app)
    (session,) = factories.log_sessions(app, person)
    factories.confirm_sessions(app, person, [session])
    return Form(person, f"/supervised/{session.code}/annul", {"reason": "The date was wrong."})


def annul_session_of_person(app: Flask) -> Form:
    code = annul_session(app).path.split("/")[2]
    return Form(ada(app), f"/admin/supervised/{code}", {"reason": "The supervisor wrote to us."})


def add_supervisor(app: Flask) -> Form:
    fields = {"name": "Sam Supervisor", "email": "sam@clinic.example", "profession": "", "jurisdiction": ""}
    return Form(lena(app), "/supervised/supervisors", fields | {"license_number": ""})


def remove_supervisor(app: Flask) -> Form:
    person = lena(app)
    return Form(person, f"/supervised/supervisors/{factories.add_supervisor(app, person).code}/remove", {})


def send_sessions(app: Flask) -> Form:
    person = lena(app)
    (session,) = factories.log_sessions(app, person)
    supervisor = factories.add_supervisor(app, person)
    return Form(person, "/supervised/send", {"supervisor": str(supervisor.code), "sessions": str(session.code)})


def on_supervision(verb: str) -> Callable[[Flask], Form]:
    def case(app: Flask) -> Form:
        person = lena(app)
        asked, _ = factories.send_sessions(app, person, factories.log_sessions(app, person))
        return Form(person, f"/supervised/requests/{asked.code}/{verb}", {})

    return case


def answer_supervision(app: Flask) -> Form:
    person = lena(app)
    (session,) = factories.log_sessions(app, person)
    _, token = factories.send_sessions(app, person, [session], now=clock.now())
    return Form(None, f"/supervise/{token}", {"sessions": str(session.code), "reason": ""} | SUPERVISOR_FIELDS)


SUPERVISOR_FIELDS = {
    "profession": "physical therapist",
    "jurisdiction": "FL",
    "license_number": "PT 2201",
    "license_years": "12",
    "needling_years": "5",
    "own_sessions": "900",
    "relation": "supervisor",
    "signature": "Sam Supervisor",
    "sure": "y",
}


def countersign(app: Flask) -> Form:
    person = lena(app)
    one = table.sign(app, factories.instructor(app, ada(app)), person)
    return Form(person, "/skills/countersign", {"sign_offs": str(one.code)})


def contest(app: Flask) -> Form:
    person = lena(app)
    one = table.sign(app, factories.instructor(app, ada(app)), person)
    return Form(person, f"/skills/sign-offs/{one.code}", {"note": "I kept the depth."})


def annul_determination(app: Flask) -> Form:
    admin = ada(app)
    one = table.determine(app, factories.instructor(app, admin), lena(app), competent=False)
    return Form(admin, f"/admin/determinations/{one.code}", {"reason": "The wrong person."})


def annul_own_determination(app: Flask) -> Form:
    teacher = factories.instructor(app, ada(app))
    one = table.determine(app, teacher, lena(app), competent=False)
    return Form(teacher, f"/instructor/determinations/{one.code}", {"reason": "The wrong person."})


def determine(app: Flask) -> Form:
    person, admin = lena(app), ada(app)
    teacher = factories.instructor(app, admin)
    lab = factories.lab(app, admin, teacher)
    factories.book(app, person, lab)
    fields = {"result": "not_yet", "note": "", "observed": "y"}
    return Form(teacher, f"/instructor/labs/{lab.code}/people/{person.code}", fields)


def sign_review_of_skills(app: Flask) -> Form:
    reviewer = sign_review(app).person
    fields = {"read": "y", "digest": site_of(app).catalog.skills.reviewed_digest}
    return Form(reviewer, "/admin/review/skills", fields)


def lab_now(app: Flask, *, minutes_ago: int = 60, **values: Any) -> tuple[User, User, Lab]:
    """Return an administrator, an instructor, and a lab of theirs that started some minutes ago."""
    admin = ada(app)
    teacher = factories.instructor(app, admin)
    starts_at = clock.now() - timedelta(minutes=minutes_ago)
    return admin, teacher, factories.lab(app, admin, teacher, starts_at=starts_at, **values)


def add_lab(app: Flask) -> Form:
    admin, teacher, _ = lab_now(app)
    fields = {"course": COURSE, "title": "Hip", "mode": "in_person", "day": "2030-04-01", "starts": "09:00"}
    fields |= {"ends": "17:00", "jurisdiction": "HI", "time_zone": "", "place": "Hall", "capacity": "9"}
    return Form(admin, "/admin/labs/new", fields | {"instructors": str(teacher.id)})


def cancel_lab(app: Flask) -> Form:
    admin, _, lab = lab_now(app)
    factories.book(app, lena(app), lab)
    return Form(admin, f"/admin/labs/{lab.code}/cancel", {"reason": "The roof leaks."})


def book_lab(app: Flask) -> Form:
    return Form(lena(app), f"/labs/{lab_now(app)[2].code}/sign-up", {})


def give_up_place(app: Flask) -> Form:
    person, lab = lena(app), lab_now(app, minutes_ago=-60)[2]
    factories.book(app, person, lab)
    return Form(person, f"/labs/{lab.code}/give-up", {})


def check_in(app: Flask) -> Form:
    person, lab = lena(app), lab_now(app)[2]
    factories.book(app, person, lab)
    digits = screen_code.code_at(lab.secret, clock.now())
    return Form(person, f"/labs/{lab.code}/here", {"digits": digits, "direction": "in"})


def open_check(app: Flask) -> Form:
    _, teacher, lab = lab_now(app, mode="live_online")
    return Form(teacher, f"/instructor/labs/{lab.code}/checks", {"minutes": "3"})


def record_presence(app: Flask) -> Form:
    person, (_, teacher, lab) = lena(app), lab_now(app, minutes_ago=2000)
    factories.book(app, person, lab)
    fields = {"came": "09:00", "left": "10:00", "reason": "No phone.", "replaces": ""}
    return Form(teacher, f"/instructor/labs/{lab.code}/roster/{person.code}", fields)


def close_lab(app: Flask) -> Form:
    _, teacher, lab = lab_now(app, minutes_ago=300)
    fields = {"needles_out": "4", "needles_in": "4", "needle_note": "", "incidents": ""}
    return Form(teacher, f"/instructor/labs/{lab.code}/close", fields)


ONCE: dict[str, Callable[[Flask], Form]] = {
    "accounts.sign_up": sign_up,
    "accounts.invitation": invitation,
    "accounts.send_confirmation": send_confirmation,
    "accounts.forgotten_password": forgotten_password,
    "accounts.reset_password": reset_password,
    "accounts.add_license": add_license,
    "accounts.remove_license": remove_license,
    "approvals_admin.new": record_approval,
    "approvals_admin.approval": withdraw_approval,
    "attempts.report": report,
    "attempts_admin.accommodation": accommodation,
    "backdating_admin.ask": ask_backdating,
    "backdating_admin.confirm": decide_backdating("confirm"),
    "backdating_admin.refuse": decide_backdating("refuse"),
    "boards_admin.make": make_board_file,
    "boards_admin.read_receipt": read_receipt,
    "boards_admin.accept_all": accept_all,
    "boards_admin.completion": decide_completion,
    "bulk_admin.start": start_bulk,
    "bulk_admin.cancel_remaining": cancel_bulk,
    "completion.evaluation": evaluation,
    "corrections.ask": ask_correction,
    "corrections_admin.accept": decide_correction("accept", seen="y", rename="y"),
    "corrections_admin.reject": decide_correction("reject", note="The scan can't be read."),
    "email_changes.change": change_email,
    "email_changes_admin.change": change_email_of_person,
    "entries_admin.entry": check_state,
    "proof.add": add_proof,
    "proof.file": file_paper,
    "proof.remove": remove_proof,
    "proof_admin.proof": check_proof,
    "factors.remove_passkey": remove_passkey,
    "factors_admin.factors": remove_factors,
    "instructors_admin.add": add_qualification,
    "instructors_admin.withdraw": withdraw_qualification,
    "instructing.open_check": open_check,
    "instructing.presence": record_presence,
    "instructing.close": close_lab,
    "labs.book": book_lab,
    "labs.cancel_booking": give_up_place,
    "labs.check": check_in,
    "labs_admin.add": add_lab,
    "labs_admin.cancel": cancel_lab,
    "issuing.request_certificate": request_certificate,
    "issuing.renewal": renewal,
    "issuing_admin.issue": issue,
    "issuing_admin.issue_in_latin": issue_in_latin,
    "issuing_admin.accept_short_time": accept_short_time,
    "issuing_admin.reject": reject,
    "issuing_admin.revoke": revoke,
    "issuing_admin.reissue": reissue,
    "issuing_admin.choose_template": choose_template,
    "quality_admin.close_report": close_report,
    "quality_admin.open_panel": open_panel,
    "quality_admin.second_round": second_round,
    "quality_admin.close_panel": close_panel,
    "records_admin.check_now": check_records,
    "records_admin.ask": ask_packet,
    "records_admin.ask_about": ask_packet_about,
    "records_admin.again": make_packet_again,
    "rescoring_admin.preview": rescore,
    "rescoring_admin.question": decide_question,
    "people.end_sessions": end_sessions,
    "retention.close": close,
    "review_admin.module": sign_review,
    "review_admin.skills": sign_review_of_skills,
    "skills.countersign": countersign,
    "skills.sign_off": contest,
    "skills_admin.determination": annul_determination,
    "skills_instructor.determination": annul_own_determination,
    "skills_instructor.determine": determine,
    "sessions.end": end_session,
    "sharing.make_link": make_link,
    "sharing.end_link": end_link,
    "study.give_feedback": give_feedback,
    "supervision.log": log_sessions,
    "supervision.log_again": on_session("again"),
    "supervision.remove": on_session("remove"),
    "supervision.annul": annul_session,
    "supervision.supervisors": add_supervisor,
    "supervision.remove_supervisor": remove_supervisor,
    "supervision.send": send_sessions,
    "supervision.send_again": on_supervision("again"),
    "supervision.withdraw": on_supervision("withdraw"),
    "supervision_public.answer": answer_supervision,
    "supervision_admin.session": annul_session_of_person,
    "transcripts.add": add_credit,
    "transcripts.remove": remove_credit,
    "transcripts_admin.record": check_credit,
}

SILENT = {
    "accounts.invitation",
    "accounts.sign_up",
    "bulk_admin.start",
    "quality_admin.open_panel",
    "records_admin.check_now",
    "records_admin.ask",
    "records_admin.ask_about",
}


def test_every_view_that_takes_a_form_is_listed(app):
    posts = {rule.endpoint for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert posts == ONCE.keys() | REPEATABLE.keys()
    assert ONCE.keys() & REPEATABLE.keys() == set()


def test_views_that_do_their_work_once_are_marked(app):
    assert {name for name, view in app.view_functions.items() if hasattr(view, "once")} == ONCE.keys()


class Answer(NamedTuple):
    status: int
    location: str | None
    messages: list[Any]
    remembered: Any


def browser(app: Flask, person: User | None) -> Pages:
    """Return the person's browser, in which the form's page is open."""
    pages = Pages(app).as_(person)
    if person is None:
        with pages.client.session_transaction() as session:
            session["csrf_token"] = "of this browser"
    return pages


def post(pages: Pages, form: Form) -> Answer:
    """Send the form from a copy of the browser, so that no answer changes the cookies of the next."""
    copy = Pages(pages.app)
    copy.client._cookies = dict(pages.client._cookies)
    fields = {
        name: (io.BytesIO(of), f"{name}.pdf") if isinstance(of, bytes) else of for name, of in form.fields.items()
    }
    answer = copy.client.post(form.path, data=fields | {"form_id": ID})
    with copy.client.session_transaction() as session:
        return Answer(
            answer.status_code, answer.headers.get("Location"), session.get("_flashes", []), session.get("signed_up")
        )


def shape(text: Any) -> str:
    """Return the text without the numbers that chance gives to rows, also in signed links."""
    return re.sub(
        r"(?<=supervise/)[\w.-]+|[0-9a-f]{8}-[0-9a-f-]{27}|[A-Z0-9]{4}(-[A-Z0-9]{4}){3}|adverse-\d+", "", str(text)
    )


def rows(app: Flask) -> dict[str, int]:
    """Return the number of rows by table. Each act also adds an audit event, and each mail a job."""

    def count(table: Table) -> int:
        return len(db.session.execute(select(table)).all())

    with app.app_context():
        return {table.name: count(table) for table in metadata.sorted_tables if table.name != "sent_form"}


def growth(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    """Return the numbers of new rows, by table."""
    return {table: count - before[table] for table, count in after.items() if count != before[table]}


@pytest.fixture
def sent_once(make_app, migrated, config) -> Callable[[str], tuple[Answer, dict[str, int]]]:
    """Return a function that sends a form once on a database of its own and returns the answer and the new rows."""

    def send(endpoint: str) -> tuple[Answer, dict[str, int]]:
        app = make_app(f"sqlite:///{shutil.copy(migrated, config.data / 'once.db')}")
        form = ONCE[endpoint](app)
        pages, before = browser(app, form.person), rows(app)
        return post(pages, form), growth(before, rows(app))

    return send


@pytest.mark.parametrize("endpoint", ONCE)
def test_a_form_that_is_sent_twice_at_once_and_again_later_does_its_work_once(either_app, endpoint, sent_once):
    form = ONCE[endpoint](either_app)
    pages, together = browser(either_app, form.person), Barrier(2)
    before = rows(either_app)

    def send_together(_: int) -> Answer:
        together.wait(10)
        return post(pages, form)

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(send_together, range(2))
    third = post(pages, form)
    alone, new_rows = sent_once(endpoint)
    assert alone.status == 303
    assert alone.messages or endpoint in SILENT
    for answer in (first, second, third):
        assert (answer.status, shape(answer.location), shape(answer.messages)) == (
            303,
            shape(alone.location),
            shape(alone.messages),
        )
    assert (first, second) == (third, third)
    assert (first.remembered is None) == (alone.remembered is None)
    assert growth(before, rows(either_app)) == new_rows != {}


@pytest.mark.parametrize("endpoint", ONCE)
def test_a_twin_that_comes_while_the_first_is_worked_on_gets_its_answer(app, endpoint, monkeypatch):
    """It sees no row of the first when it begins, but its view sees the work that is done."""
    form = ONCE[endpoint](app)
    pages = browser(app, form.person)
    first = post(pages, form)
    monkeypatch.setattr(sent_forms, "_is_done", lambda _: False)
    assert post(pages, form) == first
