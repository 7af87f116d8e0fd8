"""Who may do what, in one table. A new route without a row fails."""

import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from course import create_app
from course.certificates.issuing.pdf import BUILT_IN
from course.people.accounts.models import User
from course.platform import clock
from course.platform.access import PUBLIC
from course.platform.config import Config
from course.site import site_of
from tests import factories
from tests.factories import COURSE, MODULE
from tests.learning.skills import table
from tests.pages import Pages

SECTION = f"/modules/{MODULE}/what-counts"
ANYONE, PERSON, ADMIN, OWNER = "anyone", "person", "admin", "owner"
PUBLISHED = "anyone, if PUBLIC_URL is set"
PROVIDER = "anyone, if OIDC_ISSUER is set"
UNDERWAY = "anyone who is signing in"  # others are sent to the first page of it
INSTRUCTOR = "instructor"
OTHERS = "anyone but the learner"
PRINTED = "anyone, by the link that ./run prints"

# By endpoint: (method, address, who has access). {x} stands for something that belongs to the learner.
TABLE = {
    "static": ("GET", "/static/course.css", ANYONE),
    "health.healthz": ("GET", "/healthz", ANYONE),
    "mail.mailbox": ("GET", "/mailbox/", PRINTED),
    "mail.open_mailbox": ("GET", "/mailbox/nobody-has-this", PRINTED),
    "mail_admin.mails": ("GET", "/admin/mails/", ADMIN),
    "mail_admin.retry": ("POST", "/admin/mails/999/retry", "nobody has it"),
    "mail_admin.retry_all": ("POST", "/admin/mails/retry", ADMIN),
    "front.front": ("GET", "/", ANYONE),
    "issuing.did": ("GET", "/.well-known/did.json", PUBLISHED),
    "issuing.status": ("GET", "/status/1", ANYONE),
    "entries.states": ("GET", "/states/", ANYONE),
    "entries.state": ("GET", "/states/FL", ANYONE),
    "accounts.sign_up": ("GET", "/sign-up", ANYONE),
    "sign_in.sign_in": ("GET", "/sign-in", ANYONE),
    "accounts.check_mail": ("GET", "/sign-up/sent", ANYONE),
    "email_changes.change": ("GET", "/profile/email", PERSON),
    "email_changes.cancel": ("POST", "/profile/email/cancel", PERSON),
    "email_changes.confirm": ("GET", "/change-email/token", ANYONE),
    "email_changes.undo": ("GET", "/undo-email-change/token", ANYONE),
    "email_changes_admin.change": ("GET", "/admin/people/{person}/email", ADMIN),
    "accounts.confirm_email": ("GET", "/confirm-email/token", ANYONE),
    "accounts.forgotten_password": ("GET", "/forgotten-password", ANYONE),
    "accounts.reset_password": ("GET", "/reset-password/token", ANYONE),
    "accounts.invitation": ("GET", "/invitations/token", ANYONE),
    "sign_in.sign_out": ("POST", "/sign-out", PERSON),
    "kept_forms.kept_form": ("GET", "/kept-form", PERSON),
    "sign_in.confirm": ("GET", "/confirm-identity", PERSON),
    "accounts.send_confirmation": ("POST", "/confirm-email", PERSON),
    "accounts.profile": ("GET", "/profile", PERSON),
    "accounts.change_password": ("GET", "/profile/password", PERSON),
    "sessions.sessions": ("GET", "/profile/sessions", PERSON),
    "sessions.end": ("POST", "/profile/sessions/00000000-0000-4000-8000-000000000000/end", "nobody has it"),
    "sessions.end_others": ("POST", "/profile/sessions/end-others", PERSON),
    "people.end_sessions": ("POST", "/admin/people/{person}/sessions/end", ADMIN),
    "factors.security": ("GET", "/profile/security", PERSON),
    "factors.passkey_options": ("GET", "/profile/security/passkeys/options", PERSON),
    "factors.add_passkey": ("POST", "/profile/security/passkeys", PERSON),
    "factors.passkey": ("GET", "/profile/security/passkeys/{passkey}", OWNER),
    "factors.remove_passkey": ("POST", "/profile/security/passkeys/{passkey}/remove", OWNER),
    "factors.authenticator": ("GET", "/profile/security/authenticator", PERSON),
    "factors.remove_authenticator": ("POST", "/profile/security/authenticator/remove", PERSON),
    "factors.recovery_codes": ("GET", "/profile/security/recovery-codes", PERSON),
    "second_step.passkey_options": ("GET", "/sign-in/passkey/options", ANYONE),
    "second_step.passkey": ("POST", "/sign-in/passkey", ANYONE),
    "second_step.second_step": ("GET", "/sign-in/second-step", UNDERWAY),
    "second_step.confirm_by_passkey": ("POST", "/confirm-identity/passkey", PERSON),
    "second_step.needed": ("GET", "/second-factor", PERSON),
    "second_step.later": ("POST", "/second-factor/later", PERSON),
    "single_sign_on.start": ("GET", "/sign-in/with-provider", PROVIDER),
    "single_sign_on.callback": ("GET", "/sign-in/callback", PROVIDER),
    "single_sign_on.first_time": ("GET", "/sign-in/first-time", UNDERWAY),
    "single_sign_on.confirm": ("GET", "/confirm-identity/with-provider", "nobody has it"),
    "single_sign_on.connection": ("GET", "/profile/security/single-sign-on", "nobody has it"),
    "single_sign_on.disconnect": ("POST", "/profile/security/single-sign-on/disconnect", "nobody has it"),
    "factors_admin.factors": ("GET", "/admin/people/{person}/second-factors", ADMIN),
    "boards_admin.overview": ("GET", "/admin/boards/", ADMIN),
    "boards_admin.board": ("GET", "/admin/boards/ce-broker-fl/", ADMIN),
    "boards_admin.make": ("GET", "/admin/boards/ce-broker-fl/file", ADMIN),
    "boards_admin.test_file": ("GET", "/admin/boards/ce-broker-fl/test.xml", ADMIN),
    "boards_admin.rosters": ("GET", "/admin/boards/ce-broker-fl/files/", ADMIN),
    "boards_admin.roster": ("GET", "/admin/boards/files/{roster}", ADMIN),
    "boards_admin.file": ("GET", "/admin/boards/files/{roster}/file", ADMIN),
    "boards_admin.receipt": ("GET", "/admin/boards/files/{roster}/receipt", "nobody has it"),
    "boards_admin.read_receipt": (
        "POST",
        "/admin/boards/files/00000000-0000-4000-8000-000000000000/receipt",
        "nobody has it",
    ),
    "boards_admin.accept_all": ("POST", "/admin/boards/files/{roster}/accepted", ADMIN),
    "boards_admin.completion": ("GET", "/admin/boards/ce-broker-fl/completions/{certificate}", ADMIN),
    "readiness_admin.readiness": ("GET", "/admin/readiness/?state=FL", ADMIN),
    "readiness_admin.readiness_file": ("GET", "/admin/readiness.csv?state=FL", ADMIN),
    "readiness_admin.reach": ("GET", "/admin/reach/", ADMIN),
    "retention.close": ("GET", "/profile/close", PERSON),
    "accounts.add_license": ("GET", "/profile/licenses/new", PERSON),
    "accounts.license": ("GET", "/profile/licenses/{license}", OWNER),
    "accounts.remove_license": ("POST", "/profile/licenses/{license}/remove", OWNER),
    "study.modules": ("GET", "/modules/", ANYONE),
    "study.glossary": ("GET", "/glossary", ANYONE),
    "study.media": ("GET", f"/modules/{MODULE}/media/none.webm", "nobody has it"),
    "study.give_feedback": ("POST", f"{SECTION}/feedback", PERSON),
    "search.search": ("GET", "/search?q=pleura", ANYONE),
    "entries.notice_seen": ("POST", "/states/notices/1/seen", PERSON),
    "study_admin.feedback": ("GET", "/admin/feedback/", ADMIN),
    "study_admin.hours": ("GET", "/admin/hours/", ADMIN),
    "entries_admin.entries": ("GET", "/admin/states/", ADMIN),
    "entries_admin.entry": ("GET", "/admin/states/FL", ADMIN),
    "skills.skills": ("GET", "/skills/", PERSON),
    "skills.countersign": ("POST", "/skills/countersign", PERSON),
    "skills.sign_off": ("GET", "/skills/sign-offs/{sign_off}", OWNER),
    "skills.determination": ("GET", "/skills/determinations/{determination}", OWNER),
    "skills_instructor.worker": ("GET", "/instructor/worker.js", ANYONE),
    "skills_instructor.lab_skills": ("GET", "/instructor/labs/{lab}/skills", INSTRUCTOR),
    "skills_instructor.sign_off": ("GET", "/instructor/labs/{lab}/skills/of-no-course", "nobody has it"),
    "skills_instructor.determine": ("GET", "/instructor/labs/{lab}/people/{person}", INSTRUCTOR),
    "skills_instructor.determination": ("GET", "/instructor/determinations/{determination}", INSTRUCTOR),
    "skills_admin.skills": ("GET", "/admin/people/{person}/skills", ADMIN),
    "skills_admin.determination": ("GET", "/admin/determinations/{determination}", ADMIN),
    "review_admin.skills": ("GET", "/admin/review/skills", "reviewer"),
    "review_admin.modules": ("GET", "/admin/review/", ADMIN),
    "review_admin.module": ("GET", f"/admin/review/{MODULE}", "reviewer"),
    "people.confirm_one_name": ("POST", "/admin/people/{person}/one-name", "refused to a learner"),
    "people.set_reviewer": ("POST", "/admin/people/{person}/reviewer", "refused to a learner"),
    "study.module": ("GET", f"/modules/{MODULE}/", ANYONE),
    "study.section": ("GET", SECTION, PERSON),
    "study.answer_check": ("POST", f"{SECTION}/checks/ae-check-severity", PERSON),
    "study.finish_section": ("POST", f"{SECTION}/studied", PERSON),
    "study.count_time": ("POST", f"{SECTION}/time", PERSON),
    "attempts.quiz": ("GET", f"/modules/{MODULE}/quiz", PERSON),
    "attempts.cover": ("GET", f"/assessments/{MODULE}", PERSON),
    "attempts.start": ("POST", f"/assessments/{MODULE}", PERSON),
    "attempts.item": ("GET", "/attempts/{attempt}/1", OWNER),
    "attempts_saving.save": ("POST", "/attempts/{attempt}/1", OWNER),
    "attempts.whole": ("GET", "/attempts/{attempt}/all", OWNER),
    "attempts.save_whole": ("POST", "/attempts/{attempt}/all", OWNER),
    "attempts.flag": ("POST", "/attempts/{attempt}/1/flag", OWNER),
    "attempts.report": ("POST", "/attempts/{attempt}/1/report", OWNER),
    "attempts.calculate": ("POST", "/attempts/{attempt}/calculate", OWNER),
    "attempts.clock_of": ("GET", "/attempts/{attempt}/clock", OWNER),
    "attempts.overview": ("GET", "/attempts/{attempt}/overview", OWNER),
    "attempts.submit": ("POST", "/attempts/{attempt}/submit", OWNER),
    "attempts.result": ("GET", "/attempts/{attempt}", OWNER),
    "attempts_admin.attempts": ("GET", "/admin/people/{person}/attempts", ADMIN),
    "attempts_admin.attempt": ("GET", "/admin/attempts/{attempt}", ADMIN),
    "attempts_admin.accommodation": ("GET", "/admin/people/{person}/accommodation", ADMIN),
    "practice.begin": ("GET", f"/modules/{MODULE}/practice", PERSON),
    "practice.item": ("GET", f"/modules/{MODULE}/practice/seed/1", PERSON),
    "practice.answer": ("POST", f"/modules/{MODULE}/practice/seed/1", PERSON),
    "practice.review": ("GET", "/review/", PERSON),
    "practice.start": ("POST", "/review/start", PERSON),
    "practice.card": ("GET", "/review/items/{card}", OWNER),
    "practice.recall": ("POST", "/review/items/{card}", OWNER),
    "practice.set_mail": ("POST", "/review/mail", PERSON),
    "practice.stop": ("GET", "/review/stop/token", ANYONE),
    "home.home": ("GET", "/home", PERSON),
    "completion.evaluation": ("GET", f"/courses/{COURSE}/evaluation", PERSON),
    "issuing.course": ("GET", f"/courses/{COURSE}", PERSON),
    "issuing.request_certificate": ("GET", f"/courses/{COURSE}/certificate", PERSON),
    "issuing.renewal": ("GET", f"/courses/{COURSE}/renewal", PERSON),
    "issuing.certificates": ("GET", "/certificates/", PERSON),
    "issuing.credential": ("GET", "/certificates/{certificate}.json", "owner or admin"),
    "issuing.badge_png": ("GET", "/certificates/{certificate}.png", "owner or admin"),
    "issuing.badge_svg": ("GET", "/certificates/{certificate}.svg", "owner or admin"),
    "issuing.document": ("GET", "/certificates/{certificate}.pdf", "owner or admin"),
    "sharing.certificate": ("GET", "/certificates/{certificate}", OWNER),
    "sharing.make_link": ("POST", "/certificates/{certificate}/links", OWNER),
    "sharing.end_link": ("POST", "/certificates/{certificate}/links/{link}/end", OWNER),
    "sharing.publicity": ("GET", "/certificates/{certificate}/public", OWNER),
    "sharing.directory": ("GET", "/directory/", ANYONE),
    "sharing_public.certificate_page": ("GET", "/shared/{link}", ANYONE),
    "sharing_public.document": ("GET", "/shared/{link}/certificate.pdf", ANYONE),
    "sharing_public.badge_picture": ("GET", "/shared/{link}/badge.png", ANYONE),
    "sharing_public.credential": ("GET", "/shared/{link}/badge.json", ANYONE),
    "corrections.ask": ("GET", "/certificates/{certificate}/name", OWNER),
    "backdating_admin.proposals": ("GET", "/admin/backdating/", ADMIN),
    "backdating_admin.ask": ("GET", "/admin/requests/{request}/earlier-date", ADMIN),
    "backdating_admin.proposal": ("GET", "/admin/backdating/00000000-0000-4000-8000-000000000000", "nobody has it"),
    "backdating_admin.confirm": (
        "POST",
        "/admin/backdating/00000000-0000-4000-8000-000000000000/confirm",
        "nobody has it",
    ),
    "backdating_admin.refuse": (
        "POST",
        "/admin/backdating/00000000-0000-4000-8000-000000000000/refuse",
        "nobody has it",
    ),
    "corrections_admin.corrections": ("GET", "/admin/corrections/", ADMIN),
    "corrections_admin.correction": ("GET", "/admin/corrections/{correction}", ADMIN),
    "corrections_admin.proof": ("GET", "/admin/corrections/{correction}/proof", ADMIN),
    "corrections_admin.accept": ("POST", "/admin/corrections/{correction}/accept", ADMIN),
    "corrections_admin.reject": ("POST", "/admin/corrections/{correction}/reject", ADMIN),
    "verification.check": ("GET", "/verify/", ANYONE),
    "verification.file": ("POST", "/verify/", ANYONE),
    "verification.certificate": ("GET", "/verify/{certificate}", ANYONE),
    "bulk_admin.bulk_issues": ("GET", "/admin/orders/", ADMIN),
    "bulk_admin.start": ("POST", "/admin/orders/", "nobody has it"),
    "bulk_admin.bulk_issue": ("GET", "/admin/orders/00000000-0000-4000-8000-000000000000", "nobody has it"),
    "bulk_admin.cancel_remaining": ("POST", "/admin/orders/00000000-0000-4000-8000-000000000000/stop", "nobody has it"),
    "issuing_admin.queue": ("GET", "/admin/requests/", ADMIN),
    "issuing_admin.issue": ("POST", "/admin/requests/issue", ADMIN),
    "issuing_admin.request_page": ("GET", "/admin/requests/{request}", ADMIN),
    "issuing_admin.issue_in_latin": ("POST", "/admin/requests/{request}/latin", ADMIN),
    "issuing_admin.reject": ("POST", "/admin/requests/{request}/reject", ADMIN),
    "issuing_admin.accept_short_time": ("POST", "/admin/requests/{request}/short-time", ADMIN),
    "issuing_admin.template": ("GET", "/admin/template", ADMIN),
    "issuing_admin.choose_template": ("POST", "/admin/template", ADMIN),
    "issuing_admin.template_page": ("GET", "/admin/template/{template}/plain/1.png", ADMIN),
    "issuing_admin.template_document": ("GET", "/admin/template/{template}/plain.pdf", ADMIN),
    "issuing_admin.register": ("GET", "/admin/certificates/", ADMIN),
    "issuing_admin.certificate": ("GET", "/admin/certificates/{certificate}", ADMIN),
    "issuing_admin.reissue": ("POST", "/admin/certificates/{certificate}/reissue", ADMIN),
    "issuing_admin.revoke": ("POST", "/admin/certificates/{certificate}/revoke", ADMIN),
    "transcripts.transcript": ("GET", "/transcript", PERSON),
    "transcripts.document": ("GET", "/transcript.pdf", PERSON),
    "transcripts.table": ("GET", "/transcript.csv", PERSON),
    "my_states.calendar_file": ("GET", "/licenses.ics", PERSON),
    "transcripts.set_mail": ("POST", "/licenses/mail", PERSON),
    "transcripts.stop": ("GET", "/licenses/stop/token", ANYONE),
    "transcripts.add": ("GET", "/transcript/records/new", PERSON),
    "transcripts.record": ("GET", "/transcript/records/{record}", OWNER),
    "transcripts.remove": ("POST", "/transcript/records/{record}/remove", OWNER),
    "transcripts.record_document": ("GET", "/transcript/records/{record}/document", "owner or admin"),
    "transcripts_admin.records": ("GET", "/admin/records-elsewhere/", ADMIN),
    "transcripts_admin.record": ("GET", "/admin/records-elsewhere/{record}", ADMIN),
    "transcripts_admin.transcript": ("GET", "/admin/people/{person}/transcript", ADMIN),
    "proof.proofs": ("GET", "/proof/", PERSON),
    "proof.add": ("GET", "/proof/new/practice", PERSON),
    "proof.remove": ("POST", "/proof/{proof}/remove", OWNER),
    "proof.document": ("GET", "/proof/{proof}/document", "owner or admin"),
    "proof.file": ("GET", "/proof/filed/FL/attestation", PERSON),
    "my_states.states": ("GET", "/my-states/", PERSON),
    "my_states.what_if": ("GET", "/my-states/what-if?state=FL", PERSON),
    "my_states.state": ("GET", "/my-states/FL", PERSON),
    "my_states.checklist": ("GET", "/my-states/FL/checklist", PERSON),
    "proof_admin.proofs": ("GET", "/admin/proof/", ADMIN),
    "proof_admin.proof": ("GET", "/admin/proof/{proof}", ADMIN),
    "approvals_admin.approvals": ("GET", "/admin/approvals/", ADMIN),
    "approvals_admin.coming": ("GET", "/admin/approvals/next", ADMIN),
    "approvals_admin.new": ("GET", f"/admin/approvals/new/{COURSE}", ADMIN),
    "approvals_admin.approval": ("GET", "/admin/approvals/00000000-0000-4000-8000-000000000000", "nobody has it"),
    "rescoring_admin.rescorings": ("GET", "/admin/rescoring/", ADMIN),
    "rescoring_admin.preview": ("GET", "/admin/rescoring/adverse-001", ADMIN),
    "rescoring_admin.rescoring": ("GET", "/admin/rescorings/00000000-0000-4000-8000-000000000000", "nobody has it"),
    "rescoring_admin.questions": ("GET", "/admin/questions/", ADMIN),
    "rescoring_admin.question": ("GET", "/admin/questions/00000000-0000-4000-8000-000000000000", "nobody has it"),
    "quality_admin.overview": ("GET", "/admin/items/", ADMIN),
    "quality_admin.item": ("GET", "/admin/items/adverse-001", ADMIN),
    "quality_admin.assessment": ("GET", f"/admin/assessments/{MODULE}", ADMIN),
    "quality_admin.table": ("GET", f"/admin/assessments/{MODULE}.csv", ADMIN),
    "quality_admin.reports": ("GET", "/admin/reports/", ADMIN),
    "quality_admin.close_report": ("POST", "/admin/reports/00000000-0000-4000-8000-000000000000", ADMIN),
    "quality_admin.panels": ("GET", "/admin/standards/", ADMIN),
    "quality_admin.open_panel": ("POST", "/admin/standards/", ADMIN),
    "quality_admin.panel": ("GET", "/admin/standards/{panel}", ADMIN),
    "quality_admin.worksheet": ("GET", "/admin/standards/{panel}/worksheet", "reviewer"),
    "quality_admin.second_round": ("POST", "/admin/standards/{panel}/second-round", ADMIN),
    "quality_admin.close_panel": ("POST", "/admin/standards/{panel}/close", ADMIN),
    "records_admin.checks": ("GET", "/admin/checks/", ADMIN),
    "records_admin.check_now": ("POST", "/admin/checks/", ADMIN),
    "records_admin.packets": ("GET", "/admin/packets/", ADMIN),
    "records_admin.ask": ("POST", "/admin/packets/", ADMIN),
    "records_admin.ask_about": ("POST", "/admin/people/{person}/packet", "refused to a learner"),
    "records_admin.packet": ("GET", "/admin/packets/{packet}", ADMIN),
    "records_admin.download": ("POST", "/admin/packets/{packet}/download", ADMIN),
    "records_admin.again": ("POST", "/admin/packets/{packet}/again", ADMIN),
    "supervision.overview": ("GET", "/supervised/", PERSON),
    "supervision.printed": ("GET", "/supervised/print", PERSON),
    "supervision.log": ("GET", "/supervised/new", PERSON),
    "supervision.log_again": ("POST", "/supervised/{session}/again", OWNER),
    "supervision.session": ("GET", "/supervised/{session}", OWNER),
    "supervision.remove": ("POST", "/supervised/{session}/remove", OWNER),
    "supervision.annul": ("POST", "/supervised/{session}/annul", OWNER),
    "supervision.supervisors": ("GET", "/supervised/supervisors", PERSON),
    "supervision.remove_supervisor": ("POST", "/supervised/supervisors/{supervisor}/remove", OWNER),
    "supervision.send": ("GET", "/supervised/send", PERSON),
    "supervision.request_page": ("GET", "/supervised/requests/{supervision}", OWNER),
    "supervision.send_again": ("POST", "/supervised/requests/{supervision}/again", OWNER),
    "supervision.withdraw": ("POST", "/supervised/requests/{supervision}/withdraw", OWNER),
    "supervision_public.answer": ("GET", "/supervise/{supervise}", OTHERS),
    "supervision_admin.log": ("GET", "/admin/people/{person}/supervised", ADMIN),
    "supervision_admin.session": ("GET", "/admin/supervised/{session}", ADMIN),
    "overview.console": ("GET", "/admin/", ADMIN),
    "instructors_admin.instructors": ("GET", "/admin/instructors/", ADMIN),
    "instructors_admin.instructor": ("GET", "/admin/instructors/{person}", ADMIN),
    "instructors_admin.add": ("GET", "/admin/instructors/{person}/qualifications/new", ADMIN),
    "instructors_admin.withdraw": ("GET", "/admin/instructors/{teacher}/qualifications/{qualification}", ADMIN),
    "labs.labs": ("GET", "/labs/", PERSON),
    "labs.lab": ("GET", "/labs/{lab}", PERSON),
    "labs.book": ("POST", "/labs/{lab}/sign-up", PERSON),
    "labs.cancel_booking": ("POST", "/labs/{lab}/give-up", PERSON),
    "labs.here": ("GET", "/labs/{lab}/here/00000000", PERSON),
    "labs.check": ("POST", "/labs/{lab}/here", PERSON),
    "labs.answer_check": ("POST", "/labs/{lab}/attendance-check", PERSON),
    "labs_admin.labs": ("GET", "/admin/labs/", ADMIN),
    "labs_admin.add": ("GET", "/admin/labs/new", ADMIN),
    "labs_admin.lab": ("GET", "/admin/labs/{lab}", ADMIN),
    "labs_admin.edit": ("GET", "/admin/labs/{lab}/edit", ADMIN),
    "labs_admin.cancel": ("POST", "/admin/labs/{lab}/cancel", ADMIN),
    "instructing.home": ("GET", "/instructor/", INSTRUCTOR),
    "instructing.lab": ("GET", "/instructor/labs/{lab}", INSTRUCTOR),
    "instructing.screen": ("GET", "/instructor/labs/{lab}/screen", INSTRUCTOR),
    "instructing.open_check": ("POST", "/instructor/labs/{lab}/checks", INSTRUCTOR),
    "instructing.presence": ("GET", "/instructor/labs/{lab}/roster/{person}", INSTRUCTOR),
    "instructing.close": ("GET", "/instructor/labs/{lab}/close", INSTRUCTOR),
    "people.people": ("GET", "/admin/people/", ADMIN),
    "people.person": ("GET", "/admin/people/{person}", ADMIN),
}
ALLOWED = {
    "nobody has it": set(),
    PUBLISHED: set(),
    PROVIDER: set(),
    UNDERWAY: {"learner", "other", "admin", "reviewer", "instructor"},
    PRINTED: set(),
    "reviewer": {"reviewer"},
    "refused to a learner": {"admin", "reviewer"},
    INSTRUCTOR: {"instructor"},
    ANYONE: {"nobody", "learner", "other", "admin", "reviewer", "instructor"},
    PERSON: {"learner", "other", "admin", "reviewer", "instructor"},
    OTHERS: {"nobody", "other", "admin", "reviewer", "instructor"},
    OWNER: {"learner"},
    "owner or admin": {"learner", "admin", "reviewer"},
    ADMIN: {"admin", "reviewer"},
}


@dataclass(frozen=True)
class World:
    """A data folder, the people in its database, and what belongs to the learner, by name."""

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
        "admin": admin,
        "reviewer": factories.make_reviewer(app, admin, factories.person(app, "Rita Reviewer", role="admin")),
        "instructor": (teacher := factories.instructor(app, admin)),
    }
    things = things_of(app, learner, admin) | factories.codes_of_instructor(app, teacher)
    lab = factories.lab(app, admin, teacher, starts_at=clock.now() + timedelta(days=1))
    factories.book(app, learner, lab)
    things["lab"] = str(lab.code)
    things["sign_off"] = str(table.sign(app, teacher, learner).code)
    things["determination"] = str(table.determine(app, teacher, learner, competent=False).code)
    site_of(app).engines.writing.dispose()
    return World(data, people, things)


def things_of(app: Flask, learner: User, admin: User) -> dict[str, str]:
    factories.add_license(app, learner)
    certificate = factories.issue(app, learner, admin)
    (unsent, sent), now = factories.log_sessions(app, learner, 2), clock.now()
    supervisor = factories.add_supervisor(app, learner)
    asked, link = factories.send_sessions(app, learner, [sent], supervisor, now=now)
    with app.app_context():
        return {
            "roster": str(factories.roster(app, admin).code),
            "license": str(learner.licenses[0].code),
            "attempt": str(factories.start_attempt(app, learner, "state-scope").code),
            "certificate": certificate.code,
            "request": str(factories.request_code(app, learner)),
            "template": BUILT_IN.digest,
            "person": str(learner.code),
            "record": str(factories.add_external_credit(app, learner).code),
            "proof": str(factories.add_proof(app, learner).code),
            "correction": str(factories.request_name_correction(app, learner, certificate).code),
            "panel": str(factories.open_panel(app, admin).code),
            "link": factories.share(app, learner, certificate),
            "card": factories.start_review(app, learner),
            "packet": str(factories.request_packet(app, admin).code),
            "session": str(unsent.code),
            "supervision": str(asked.code),
            "supervise": link,
            "supervisor": str(supervisor.code),
            "passkey": str(factories.add_passkey(app, learner).code),
        }


@pytest.mark.parametrize("endpoint", TABLE)
def test_only_people_in_the_table_have_access(world, make_app, config, endpoint):
    """Each endpoint gets its own copy of the data, because a request may change them."""
    shutil.copytree(world.data, config.data, dirs_exist_ok=True)
    pages = Pages(make_app(f"sqlite:///{config.data / 'course.db'}"))
    method, address, rule = TABLE[endpoint]
    if endpoint == "accounts.invitation":
        address = factories.invitation(pages.app)
    statuses, allowed = {}, set()
    for who, person in world.people.items():
        with pages.as_(person).client.open(address.format(**world.things), method=method) as response:
            statuses[who] = response.status_code
            to_sign_in = response.status_code == 303 and "/sign-in" in response.headers["Location"]
        if response.status_code not in {403, 404} and not (to_sign_in and who == "nobody"):
            allowed.add(who)
    assert allowed == ALLOWED[rule], statuses


def test_every_route_has_a_row_in_the_table(app: Flask):
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(TABLE)


def test_a_view_without_a_mark_is_closed(app: Flask, make_app, admin):
    with_one_more = make_app(site_of(app).config.database)
    with_one_more.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    assert Pages(with_one_more).as_(admin).get("/forgotten").status == 403


def test_the_public_routes_are_those_in_the_table(app: Flask):
    marked = {name for name, view in app.view_functions.items() if view.access == PUBLIC}
    assert marked == {
        name for name, row in TABLE.items() if row[2] in {ANYONE, PUBLISHED, PROVIDER, UNDERWAY, PRINTED, OTHERS}
    }


def test_a_form_without_its_token_is_refused(app: Flask, learner):
    app.config["WTF_CSRF_ENABLED"] = True
    assert Pages(app).as_(learner).post("/profile", {"family_name": "Forged"}).status == 400
