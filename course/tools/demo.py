"""A realistic sample population for trials, screenshots and benchmarks. It refuses a database with real people."""

import math
import random
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import update

from course.assessment.attempts import queries as attempts
from course.assessment.attempts import saving, taking
from course.assessment.attempts.models import Attempt
from course.assessment.attempts.scoring import PlacedItem
from course.certificates.completion import actions as completion
from course.certificates.issuing import ending, issuing, requesting
from course.certificates.issuing.models import Reason
from course.content.queries import catalog
from course.content.schema.course import Course
from course.content.schema.module import Module
from course.learning.study import actions as study
from course.learning.study.models import SeatTime
from course.people.accounts import passwords
from course.people.accounts import queries as accounts
from course.people.accounts.models import License, User
from course.people.accounts.name_parts import NameParts
from course.platform import db, jobs
from course.platform.access import Role
from course.platform.db import unit_of_work
from course.platform.web import Refused
from course.tools import demo_hands_on

PASSWORD = "three calm needles"  # noqa: S105 - public, because the demo prints it
DOMAIN = "demo.invalid"
OPEN_BEFORE = timedelta(days=1)  # long enough for the reading time of all modules
SEED = 20261125
FIRST_NAMES = "Ada Ben Chloe Dario Elena Femi Grace Hugo Ines Jonah Keiko Liam Mara Noor Owen Priya Rosa Sam Tess Yusuf"
SURNAMES = (
    "Abbott Bauer Castillo Dorsey Ellison Fontaine Greer Hale Ito Jensen Kowalski Lund Moreau Núñez Osei Pratt Quinn"
)
ANSWERS = {"scale": "4", "yes_no": "yes", "text": "I will ask about breathing before and after."}
# The stages of the course in their order, with the percentage of people who stop there.
STAGES = (
    ("signed-up", 20),
    ("reading", 25),
    ("studied", 8),
    ("failed", 10),
    ("passed", 10),
    ("waiting", 9),
    ("rejected", 3),
    ("issued", 13),
    ("revoked", 2),
)


class RealPeople(Refused):
    message = "This database has real accounts. Set another COURSE_DATA or DATABASE_URL for the demo."


def populate(
    app: Flask, learners: int, *, now: datetime, progress: Callable[[], None], stage: str | None = None
) -> list[str]:
    """Add an administrator and `learners` therapists. Return the lines that explain how to sign in.

    `stage`: the one of STAGES that every therapist reaches; None spreads them over all stages.
    """
    chance = random.Random(SEED)  # noqa: S311 - the same population every time
    with app.app_context():
        if accounts.count_people(demo=False):
            raise RealPeople
        start = accounts.count_people(demo=True)
    stages = chance.choices([name for name, _ in STAGES], [share for _, share in STAGES], k=learners)
    stages = [stage] * learners if stage else stages
    digest = passwords.hash_password(PASSWORD)
    with app.app_context():
        admin = _admin(digest, now - timedelta(days=90)).id
    for number, reached in enumerate(stages, start=start + 1):
        own_chance = random.Random(f"{SEED} {number}")  # noqa: S311 - one source for each, since forms differ each time
        with app.app_context():
            _therapist(number, reached, digest, own_chance, admin, now)
        progress()
    if stage is None and not start:
        with app.app_context():
            _hands_on(digest, admin, now)
    names = f"admin@{DOMAIN}, therapist1@{DOMAIN}, therapist-fl@{DOMAIN} or instructor1@{DOMAIN}"
    return [f"Sign in as {names} with the password: {PASSWORD}"]


def _hands_on(digest: str, admin: int, now: datetime) -> None:
    """Add two instructors, and a therapist for each of the states whose hands-on part is shown."""
    began = now - timedelta(days=80)
    moments = dict(_steps(began, now))
    teachers = [_teacher(number, digest, began) for number in (1, 2)]
    people = {}
    for number, state in enumerate(demo_hands_on.STAGE_OF, start=1):
        chance = random.Random(f"{SEED} {state}")  # noqa: S311 - the same therapist every time
        stage = demo_hands_on.STUDIED.get(state, "signed-up")
        people[state], *_ = _student(number, stage, digest, chance, began, moments, state)
    demo_hands_on.populate(people, (teachers[0], teachers[1]), accounts.person(admin), now)
    _mark_mails_as_sent(now)


@unit_of_work
def _teacher(number: int, digest: str, now: datetime) -> User:
    name = NameParts(("Lee", "Kim")[number - 1], "Demo")
    return _user(name, f"instructor{number}", digest, now)


@unit_of_work
def _admin(digest: str, now: datetime) -> User:
    known = accounts.find_by_email(f"admin@{DOMAIN}")
    return known or _user(NameParts("Robin", "Demo"), "admin", digest, now, Role.ADMIN)


def _user(name: NameParts, local: str, digest: str, now: datetime, role: Role = Role.LEARNER) -> User:
    user = User(legal_name=name.printed, name_parts=name, email=f"{local}@{DOMAIN}", password_hash=digest, role=role)
    user.is_demo = True
    user.created_at = user.email_confirmed_at = now
    db.session.add(user)
    db.session.flush()
    return user


def _therapist(number: int, stage: str, digest: str, chance: random.Random, admin: int, now: datetime) -> None:
    """Add a therapist who reaches the stage. Each certificate is issued in a separate transaction."""
    began = now - timedelta(days=chance.randint(3, 80), minutes=chance.randint(0, 1400))
    moments = dict(_steps(began, now))
    user, course, license_ = _student(number, stage, digest, chance, began, moments)
    if stage not in moments or stage == "waiting":
        _finish(user, course, license_, stage, admin, moments["waiting"])
    _mark_mails_as_sent(now)


@unit_of_work
def _student(
    number: int,
    stage: str,
    digest: str,
    chance: random.Random,
    began: datetime,
    moments: dict[str, datetime],
    state: str | None = None,
) -> tuple[User, Course, License]:
    """Add a therapist who takes the course up to the stage, or up to its last quiz.

    `state`: of those in the hands-on part, who are licensed there as physical therapists whose email names it.
    """
    first, last = FIRST_NAMES.split(), SURNAMES.split()
    name = NameParts(first[number % len(first)], last[number * (5 if state else 7) % len(last)])
    user = _user(name, f"therapist-{state.lower()}" if state else f"therapist{number}", digest, began)
    online = [one for one in catalog().courses.values() if not one.has_hands_on]
    course = demo_hands_on.course() if state else chance.choice(online)
    license_ = _license(user, chance, number, state)
    for reached, moment in moments.items():
        if reached == "reading":
            _read(user, course, chance, moment, whole=stage != "reading")
        elif reached in {"failed", "passed"}:
            _sit(user, course, chance, moment, chance.gauss(1, 0.8) if reached == "failed" else None)
        if reached == stage:
            break
    return user, course, license_


@unit_of_work
def _mark_mails_as_sent(now: datetime) -> None:
    """Mark every mail as sent, because the people of a demo have no mailboxes."""
    db.session.execute(update(jobs.Job).where(jobs.Job.done_at.is_(None)).values(done_at=now))


def _steps(began: datetime, now: datetime) -> Iterator[tuple[str, datetime]]:
    span = (now - began) / (len(STAGES) + 1)
    return ((name, began + span * (n + 1)) for n, (name, _) in enumerate(STAGES[:6]))


def _license(user: User, chance: random.Random, number: int, state: str | None) -> License:
    place = state or chance.choice(list(catalog().jurisdictions))
    license_ = License(
        user_id=user.id,
        jurisdiction=place,
        profession="PT" if state else chance.choice(["PT", "PT", "PT", "PTA"]),
        number=f"{place}{10000 + number}",
        first_licensed=date(2008 + number % 15, 6, 1),
        expires_on=date(2027, 12, 31),
        renewal_months=24,
    )
    db.session.add(license_)
    db.session.flush()
    return license_


def _read(user: User, course: Course, chance: random.Random, moment: datetime, *, whole: bool) -> None:
    for module in _modules(course):
        count = len(module.sections) if whole else chance.randint(1, len(module.sections) - 1)
        for section in module.sections[:count]:
            study.open_section(user, module, section, now=moment - OPEN_BEFORE)
            for check in section.checks:
                study.answer_check(user, module, section, check, check.solution, now=moment)
            study.finish_section(user, module, section, now=moment)
            seconds = int(section.reading_minutes * 60 * chance.uniform(0.6, 1.6))
            db.session.add(
                SeatTime(
                    user_id=user.id,
                    module_id=module.id,
                    section_id=section.id,
                    seconds=seconds,
                    place="",
                    first_at=moment,
                    last_at=moment + timedelta(seconds=seconds),
                )
            )


def _modules(course: Course) -> Iterator[Module]:
    return (catalog().modules[id_] for id_ in course.modules)


def _sit(user: User, course: Course, chance: random.Random, moment: datetime, ability: float | None) -> None:
    """Take each open assessment of the course. With `ability` None the learner rereads and answers all correctly."""
    for id_ in course.assessments:
        rules = catalog().assessments[id_]
        past = attempts.attempts_at(user.id, id_)
        ready = taking.eligibility_of(user, rules, past, moment)
        if ready.passed or (ability is not None and (ready.first or past)):
            continue
        for slug, section_id in ready.to_read:
            module = catalog().modules[slug]
            study.finish_section(user, module, module.section(section_id), now=moment)
        attempt = taking.start(user, rules, now=moment + timedelta(minutes=30))
        db.session.flush()
        _answer(user, attempt, chance, ability)


def _answer(user: User, attempt: Attempt, chance: random.Random, ability: float | None) -> None:
    at = attempt.started_at
    saves = []
    for place in attempts.items_of(attempt):
        at += timedelta(seconds=(spent := chance.randint(12, 60)))
        saves.append(_save(user, attempt, place, _choose_answer(place, chance, ability), at, spent))
    saving.save_all(saves, now=at)
    taking.submit(user, attempt, now=at)


def _save(user: User, attempt: Attempt, place: PlacedItem, answer: Any, at: datetime, spent: int) -> saving.Save:
    return saving.Save(user.id, attempt.code, place.position, answer, 1, at, spent)


def _choose_answer(place: PlacedItem, chance: random.Random, ability: float | None) -> Any:
    """Return the key with a chance that grows with the ability and falls with the difficulty, else a wrong answer.

    Earlier distractors are chosen more often than later ones, so that the item statistics look real.
    """
    item = place.item
    if ability is None or chance.random() < 1 / (1 + math.exp(item.difficulty - 1.5 - ability)):
        return item.solution
    if item.type not in {"single", "multiple", "hotspot"}:
        return None
    wrong = sorted(id_ for id_ in place.order if item.score([id_]) == 0)
    return chance.choices([[id_] for id_ in wrong], [0.6**n for n in range(len(wrong))])[0] if wrong else None


def _finish(user: User, course: Course, license_: License, stage: str, admin_id: int, moment: datetime) -> None:
    answers = {question.id: ANSWERS[question.type] for question in catalog().evaluation}
    completion.evaluate(user, course, answers, now=moment)
    db.session.refresh(user, ["licenses"])
    request = requesting.request_certificate(
        user,
        course,
        license_,
        attested_name=user.legal_name,
        print_license=True,
        now=moment + timedelta(hours=1),
    )
    admin = accounts.person(admin_id)
    later = moment + timedelta(hours=20)
    if stage == "rejected":
        requesting.reject(request, "The license number does not match the board's list.", actor=admin, now=later)
    if stage in {"issued", "revoked"}:
        certificate = issuing.issue(request, actor=admin, now=later)
    if stage == "revoked":
        ending.revoke(certificate, Reason.AT_REQUEST, "Wrong course taken.", actor=admin, now=later)
