"""Rows with sensible defaults. Each function opens an app context and returns what it committed."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from flask import Flask
from PIL import Image

from course.assessment.attempts import queries as attempts
from course.assessment.attempts import saving, taking
from course.assessment.attempts.models import Attempt
from course.assessment.attempts.scoring import PlacedItem
from course.assessment.practice import actions as practice
from course.assessment.practice import queries as reviews
from course.assessment.quality import actions as quality
from course.assessment.quality.models import Panel
from course.certificates.approvals import actions as approvals
from course.certificates.approvals import queries as approved
from course.certificates.approvals.models import Approval
from course.certificates.completion import actions as completion
from course.certificates.corrections import actions as corrections
from course.certificates.corrections.models import NameCorrection
from course.certificates.issuing import issuing, requesting
from course.certificates.issuing import queries as awards
from course.certificates.issuing.models import Certificate, Request
from course.certificates.sharing import actions as sharing
from course.certificates.sharing.queries import NameVisibility
from course.content.items.options import LetteredOptions
from course.content.queries import catalog
from course.content.schema.module import Module, Section
from course.learning.labs import actions as labs
from course.learning.labs import queries as lab_queries
from course.learning.labs import screen_code
from course.learning.labs.models import Lab
from course.learning.study import actions as study
from course.learning.study import queries as studied
from course.learning.supervision import actions as supervision
from course.learning.supervision import queries as supervised
from course.learning.supervision.models import SupervisedSession, SupervisionRequest, Supervisor
from course.learning.supervision.statement import SupervisorStatement
from course.people.accounts import actions as accounts
from course.people.accounts import passwords, tokens
from course.people.accounts import queries as people
from course.people.accounts.models import License, User
from course.people.accounts.name_parts import NameParts
from course.people.accounts.tokens import Purpose
from course.people.factors import actions as factors
from course.people.factors.ceremony import NewKey
from course.people.factors.models import Passkey
from course.people.instructors import actions as instructors
from course.people.instructors import queries as instructing
from course.people.instructors.models import Qualification
from course.platform import clock, db
from course.platform.db import unit_of_work
from course.platform.web import Refused
from course.reporting.boards.models import Roster
from course.reporting.records import packet_actions
from course.reporting.records.models import Packet
from course.reporting.records.packet_request import PacketRequest
from course.reporting.transcripts import actions as transcripts
from course.reporting.transcripts.models import ExternalCredit
from course.site import install, site_of
from course.states.proof import actions as proof
from course.states.proof.models import Proof
from course.states.proof.stated_facts import Kind

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
COURSE = "needling-safety"
MODULE = "adverse-events"


def pdf(text: str) -> bytes:
    """Return a PDF with one empty page. `text` is in a comment."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>"]
    objects.append(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>")
    file, places = f"%PDF-1.7\n% {text}\n".encode(), []
    for number, content in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return file + table + b"trailer\n<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(file)


def picture(kind: str) -> bytes:
    """Return a small PNG or JPEG."""
    file = io.BytesIO()
    Image.new("RGB", (20, 10), "white").save(file, kind)
    return file.getvalue()


PROOF = pdf("a license")
PASSWORD = "quiet copper lantern"
replaced = replace


def change_site(app: Flask, **changes: Any) -> None:
    """Install a site in which these parts are replaced."""
    install(app, replace(site_of(app), **changes))


def name_parts(name: str) -> NameParts:
    """Return the parts of a name whose last word is the family name. A name with one word is a single name."""
    given, _, family = name.rpartition(" ")
    return NameParts(given, family)


def name_form(name: str) -> dict[str, str]:
    """Return the fields of a form that asks for a name."""
    parts = name_parts(name)
    return {"given_name": parts.given, "family_name": parts.family}


def person(
    app: Flask,
    name: str,
    *,
    role: str = "learner",
    confirmed: bool = True,
    licensed: bool = True,
    password: str | None = None,
) -> User:
    """Add a person, with a license by default. Without a password nobody can sign in, except by `Pages.as_`."""

    @unit_of_work
    def add() -> User:
        user = User(
            legal_name=name,
            name_parts=name_parts(name),
            email=f"{name.split()[0].lower()}@example.org",
            password_hash=passwords.hash_password(password) if password else "none",
            role=role,
            created_at=NOON,
            email_confirmed_at=NOON if confirmed else None,
        )
        db.session.add(user)
        db.session.flush()
        if licensed:
            db.session.add(
                License(
                    user_id=user.id,
                    jurisdiction="HI",
                    profession="PT",
                    number=f"PT{1000 + user.id}",
                    first_licensed=date(2015, 1, 1),
                )
            )
        db.session.flush()
        db.session.refresh(user, ["licenses"])
        return user

    with app.app_context():
        return add()


def add_license(app: Flask, person: User, number: str | None = None, *, state: str = "FL") -> None:
    @unit_of_work
    def add() -> None:
        number_ = number or f"PT4000{person.id}"
        db.session.add(License(user_id=person.id, jurisdiction=state, profession="PT", number=number_))

    with app.app_context():
        add()


def add_passkey(app: Flask, person: User, *, credential_id: bytes = b"passkey", name: str = "Laptop") -> Passkey:
    with app.app_context():
        return factors.add_passkey(person, NewKey(credential_id, b"key", 0), name, now=NOON)


def roster(app: Flask, admin: User) -> Roster:
    """Add a report file for a board."""

    @unit_of_work
    def add() -> Roster:
        kept = {"board": "ce-broker-fl", "format": "xml", "file": b"<rosters/>", "file_sha256": "0", "records": 0}
        made = Roster(**kept, made_at=NOON, made_by=admin.legal_name)
        db.session.add(made)
        return made

    with app.app_context():
        return add()


def make_reviewer(app: Flask, admin: User, person: User) -> User:
    with app.app_context():
        accounts.make_reviewer(admin, person, credentials="PT, DPT, HI 1234", proof="Looked up.", now=NOON)
        return db.session.get_one(User, person.id)


def instructor(
    app: Flask,
    admin: User,
    name: str = "Iris Instructor",
    *,
    role: str = "learner",
    expires_on: date | None = date(2030, 12, 31),
) -> User:
    """Add an instructor with a license from 2020 until `expires_on`."""
    teacher = person(app, name, role=role)
    with app.app_context():
        instructors.set_instructor(admin, teacher, is_instructor=True, reason="Teaches labs.", now=NOON)
        qualify(admin, teacher, first_day=date(2020, 1, 1), expires_on=expires_on)
        return people.person(teacher.id)


def qualify(admin: User, teacher: User, *, first_day: date, expires_on: date | None) -> Qualification:
    """Record a license in the open app context."""
    days = {"first_day": first_day, "expires_on": expires_on}
    license_ = {"name": "Physical therapist license", "issuer": "Hawaii Board of Physical Therapy", "number": "PT-77"}
    return instructors.record_qualification(admin, teacher, **license_, **days, now=NOON)


def codes_of_instructor(app: Flask, teacher: User) -> dict[str, str]:
    """Return the codes of an instructor and their license."""
    with app.app_context():
        (license_,) = instructing.qualifications_of([teacher.id])[teacher.id]
        return {"teacher": str(teacher.code), "qualification": str(license_.code)}


def lab(app: Flask, admin: User, teacher: User, *, starts_at: datetime = NOON, **values: Any) -> Lab:
    """Schedule a lab of four hours in Hawaii. `values` replace its fields."""
    fields: dict[str, Any] = {
        "course_id": COURSE,
        "title": "Needling the shoulder",
        "mode": "in_person",
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=4),
        "time_zone": "Pacific/Honolulu",
        "place": "1 Aloha Street, Honolulu",
        "jurisdiction": "HI",
        "capacity": 12,
        "topics": {"palpation": 60, "needle-technique": 120},
        "instructors": [teacher.id],
    }
    with app.app_context():
        made = labs.create(admin, **fields | values, now=NOON - timedelta(days=30))
        return lab_queries.lab_of(made.code)


def book(app: Flask, learner: User, lab: Lab, *, now: datetime = NOON - timedelta(days=10)) -> bool:
    with app.app_context():
        return labs.book(learner, lab, now=now)


def attend(app: Flask, learner: User, lab: Lab, *, first: int = 0, last: int = 240) -> None:
    """Check the learner in and out, these minutes after the start of the lab. The learner has a place."""
    with app.app_context():
        for minute, act in ((first, labs.check_in), (last, labs.check_out)):
            moment = lab.starts_at + timedelta(minutes=minute)
            act(learner, lab, screen_code.code_at(lab.secret, moment), now=moment)


def close_lab(app: Flask, teacher: User, lab: Lab) -> None:
    with app.app_context():
        counts: dict[str, Any] = {"needles_out": 40, "needles_in": 40, "needle_note": None, "incidents": None}
        labs.close(teacher, lab, **counts, now=lab.ends_at + timedelta(hours=1))


def study_module(app: Flask, user: User, slug: str = MODULE, *, now: datetime = NOON) -> None:
    @unit_of_work
    def study_it() -> None:
        module = catalog().modules[slug]
        for section in module.sections:
            read_section(user, module, section, now=now)

    with app.app_context():
        study_it()


def read_section(user: User, module: Module, section: Section, *, now: datetime = NOON) -> None:
    """Complete a section that was open for its whole reading time, in the open app context."""
    open_long_ago(user, module, section, now=now)
    for check in section.checks:
        study.answer_check(user, module, section, check, check.solution, now=now)
    study.finish_section(user, module, section, now=now)


def open_long_ago(user: User, module: Module, section: Section, *, now: datetime = NOON) -> None:
    """Open a section so early that it can be completed now, even together with all others."""
    earlier, renewed = now - timedelta(days=1), studied.renewed_at(user.id, module.id)
    study.open_section(user, module, section, now=max(earlier, renewed + timedelta(seconds=1)) if renewed else earlier)


def open_sections(app: Flask, user: User, slug: str = MODULE, *, now: datetime = NOON) -> None:
    """Open every section of the module so early that it can be completed now."""
    with app.app_context():
        module = catalog().modules[slug]
        for section in module.sections:
            open_long_ago(user, module, section, now=now)


def set_rules(app: Flask, slug: str = MODULE, **rules: Any) -> None:
    """Change the rules of an assessment for this app."""
    known = site_of(app).catalog.assessments
    changed = dict(known) | {slug: known[slug].model_copy(update=rules)}
    change_site(app, catalog=replace(site_of(app).catalog, assessments=changed))


def set_course(app: Flask, course: str = COURSE, **changes: Any) -> None:
    """Change a course for this app."""
    known = site_of(app).catalog.courses
    changed = dict(known) | {course: known[course].model_copy(update=changes)}
    change_site(app, catalog=replace(site_of(app).catalog, courses=changed))


def start_attempt(app: Flask, user: User, slug: str = MODULE, *, now: datetime = NOON) -> Attempt:
    with app.app_context():
        return taking.start(user, catalog().assessments[slug], now=now)


def save_answer(
    user: User, code: UUID, position: int, answer: Any, *, serial: int, now: datetime, given_at: datetime | None = None
) -> int:
    """Save an answer in the open app context and return its serial. Raise the refusal if there is one."""
    save = saving.Save(user.id, code, position, answer, serial, given_at)
    (outcome,) = saving.save_all([save], now=now)
    if isinstance(outcome, Refused):
        raise outcome
    return outcome


def sit(app: Flask, user: User, slug: str = MODULE, *, right: bool = True, now: datetime = NOON) -> Attempt:
    """Return a submitted attempt with all answers correct or all incorrect."""
    attempt = start_attempt(app, user, slug, now=now)
    with app.app_context():
        answers = {
            place.position: place.item.solution if right else wrong_answer(place)
            for place in attempts.items_of(attempt)
        }
        saves = [saving.Save(user.id, attempt.code, *given, 1, None) for given in answers.items()]
        assert not any(isinstance(outcome, Refused) for outcome in saving.save_all(saves, now=now))
        return taking.submit(user, attempt, now=now)


def wrong_answer(place: PlacedItem) -> Any:
    """Return an answer that earns no points: a distractor if there are options, else None."""
    return (
        next(([id_] for id_ in place.order if place.item.score([id_]) == 0), None)
        if isinstance(place.item, LetteredOptions)
        else None
    )


def evaluate(app: Flask, user: User, course: str = COURSE, *, now: datetime = NOON) -> None:
    with app.app_context():
        answers: dict[str, Any] = {question.id: "4" for question in catalog().evaluation}
        completion.evaluate(user, catalog().courses[course], answers, now=now)


def complete(app: Flask, user: User, *, now: datetime = NOON) -> None:
    study_module(app, user, now=now)
    sit(app, user, now=now)
    evaluate(app, user, now=now)


def request(app: Flask, user: User, *, now: datetime = NOON, print_license: bool = True) -> Request:
    study_module(app, user, now=now)
    return request_after_study(app, user, now=now, print_license=print_license)


def request_after_study(app: Flask, user: User, *, now: datetime = NOON, print_license: bool = True) -> Request:
    """Pass the quiz, evaluate the course and request the certificate, after all sections were completed."""
    sit(app, user, now=now)
    evaluate(app, user, now=now)
    with app.app_context():
        return requesting.request_certificate(
            user,
            catalog().courses[COURSE],
            user.licenses[0],
            attested_name=user.legal_name,
            print_license=print_license,
            now=now,
        )


def issue(app: Flask, user: User, admin: User, *, now: datetime = NOON) -> Certificate:
    return issued(app, request(app, user, now=now), admin, now=now)


def issued(app: Flask, asked: Request, admin: User, *, now: datetime = NOON) -> Certificate:
    with app.app_context():
        return issuing.issue(asked, actor=admin, now=now + timedelta(hours=1))


def approve(app: Flask, admin: User, *, now: datetime = NOON, **values: Any) -> Approval:
    """Record an approval of the current course in Hawaii for the year 2026. `values` replace its terms."""
    with app.app_context():
        course = catalog().courses[COURSE]
        terms: dict[str, Any] = {
            "approver": "Board of Hawaii",
            "number": "HI-77",
            "states": ["HI"],
            "speakers": [],
            "minutes": dict(approved.offering(catalog(), course).minutes),
            "first_day": date(2026, 1, 1),
            "last_day": date(2026, 12, 31),
        }
        return approvals.record_approval(admin, course, **terms | values, now=now)


def add_external_credit(app: Flask, user: User, *, now: datetime = NOON, **values: Any) -> ExternalCredit:
    """Add a credit of four in-person hours with another provider, with a document. `values` replace its fields."""
    with app.app_context():
        fields: dict[str, Any] = {
            "title": "Needling the shoulder",
            "provider": "Elsewhere Seminars",
            "approval": "TX 22",
            "mode": "in_person",
            "minutes": 240,
            "completed_on": date(2026, 2, 1),
            "document": pdf("paper"),
        }
        return transcripts.add(user, **fields | values, now=now)


def add_proof(app: Flask, user: User, *, document: bytes | None = PROOF, now: datetime = NOON, **facts: Any) -> Proof:
    """Add a statement about five years of practice in Florida, with a document. `facts` replace its facts."""
    with app.app_context():
        stated = {"jurisdiction": "FL", "first": date(2021, 1, 1), "last": None, "weekly_hours": 32.0} | facts
        return proof.add(user, Kind.PRACTICE, stated, document=document, now=now)


def license_in(app: Flask, user: User, state: str, **facts: Any) -> License:
    with app.app_context():
        more: dict[str, Any] = {"first_licensed": None, "expires_on": None, "renewal_months": None} | facts
        return accounts.save_license(
            user, None, jurisdiction=state, profession="PT", number=f"{state}9", **more, now=NOON
        )


def share(app: Flask, user: User, certificate: Certificate, *, label: str = "For my clinic") -> str:
    """Share the certificate and return the token of the link."""
    with app.app_context():
        return sharing.make_link(user, certificate, label, now=NOON).token


def show(app: Flask, user: User, certificate: Certificate, visibility: NameVisibility) -> None:
    with app.app_context():
        sharing.set_visibility(user, certificate, visibility, now=NOON)


def request_name_correction(
    app: Flask, user: User, certificate: Certificate, name: str = "Lena Lernér"
) -> NameCorrection:
    with app.app_context():
        return corrections.ask(
            user,
            certificate,
            name=name_parts(name),
            reason="The accent is missing.",
            proof=PROOF,
            now=NOON + timedelta(days=1),
        )


def start_review(app: Flask, user: User, *, now: datetime = NOON) -> str:
    """Start the spaced review and return the id of an item in it."""
    with app.app_context():
        practice.start(user, now=now)
        return reviews.review_of(user.id, now).items[0].item_id


def request_code(app: Flask, user: User) -> Any:
    with app.app_context():
        return awards.requests_of(user.id)[COURSE].code


def open_panel(app: Flask, admin: User, assessment_id: str = MODULE) -> Panel:
    with app.app_context():
        return quality.open_panel(admin, catalog().assessments[assessment_id], now=NOON)


def request_packet(app: Flask, admin: User, *, now: datetime = NOON, **about: Any) -> Packet:
    whole_year = {"course": COURSE, "first": date(2026, 1, 1), "last": date(2026, 12, 31)}
    with app.app_context():
        return packet_actions.request_packet(PacketRequest(**(about or whole_year)), actor=admin, now=now)


def invitation(app: Flask) -> str:
    with app.app_context():
        return accounts.invite_admin(now=clock.now())


def log_sessions(
    app: Flask, user: User, count: int = 1, *, now: datetime = NOON, **values: Any
) -> list[SupervisedSession]:
    """Log sessions of half an hour that nobody has confirmed. `values` replace their facts."""
    facts: dict[str, Any] = {
        "held_on": date(2026, 3, 1),
        "minutes": 30,
        "muscles": ["infraspinatus", "teres-minor"],
        "setting": "clinic",
        "jurisdiction": "FL",
        "by_video": False,
        "note": None,
    }
    with app.app_context():
        supervision.log(user, count=count, now=now, **facts | values)
        newest = supervised.log_of(user.id, number=1, size=1000).rows
        return sorted(newest, key=lambda one: one.id)[-count:]


def add_supervisor(app: Flask, user: User, name: str = "Sam Supervisor", *, now: datetime = NOON) -> Supervisor:
    """Add a supervisor of whom the learner knows only name and email."""
    unknown = dict.fromkeys(("profession", "jurisdiction", "license_number"))
    with app.app_context():
        email = f"{name.split()[0].lower()}@clinic.example"
        return supervision.add_supervisor(user, name=name, email=email, **unknown, now=now)


def send_sessions(
    app: Flask,
    user: User,
    sessions: list[SupervisedSession],
    supervisor: Supervisor | None = None,
    *,
    now: datetime = NOON,
) -> tuple[SupervisionRequest, str]:
    """Send the sessions and return the request with the token of the supervisor's link."""
    supervisor = supervisor or add_supervisor(app, user, now=now)
    with app.app_context():
        request = supervision.send(user, supervisor, {one.code for one in sessions}, now=now)
        return request, tokens.make(site_of(app).secret_keys, Purpose.SUPERVISE, request.code, str(request.sends))


SUPERVISOR = SupervisorStatement(
    name="Sam Supervisor",
    profession="physical therapist",
    jurisdiction="FL",
    license_number="PT 2201",
    license_years=12,
    needling_years=5,
    sessions=900,
    relation="supervisor",
)


def confirm_sessions(
    app: Flask,
    user: User,
    sessions: list[SupervisedSession],
    *,
    statement: SupervisorStatement = SUPERVISOR,
    now: datetime = NOON,
) -> SupervisionRequest:
    """Let a supervisor confirm the sessions."""
    request, token = send_sessions(app, user, sessions, now=now)
    with app.app_context():
        supervision.answer(token, statement, {one.code for one in sessions}, None, now=now)
    return request
