"""The hands-on part of the demo: two instructors, labs, and therapists of ten states at each stage of the way there."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import uuid4

from course.content.queries import catalog
from course.content.schema.course import Course
from course.content.schema.hours import Mode
from course.content.schema.skill import Skill
from course.learning.labs import actions as labs
from course.learning.labs import screen_code
from course.learning.labs.models import Lab
from course.learning.skills import actions as skills
from course.learning.skills import queries as skill_queries
from course.learning.supervision import actions as supervision
from course.learning.supervision import queries as supervision_queries
from course.learning.supervision.models import Setting
from course.learning.supervision.statement import SupervisorStatement
from course.people.accounts import tokens
from course.people.accounts.models import User
from course.people.accounts.tokens import Purpose
from course.people.instructors import actions as instructors
from course.platform.decisions import ProofState
from course.site import site
from course.states.proof import actions as proof
from course.states.proof.stated_facts import Kind

# How far the therapist of each state has come. Each stage has those above it behind it.
STAGES = ("licensed", "booked", "attended", "passed", "determined", "logged", "confirmed", "filed")
STAGE_OF = {
    "CA": "licensed",  # where needling is prohibited
    "OH": "licensed",  # which is only listed
    "CO": "booked",
    "GA": "booked",
    "SD": "booked",  # and waits for a place
    "NJ": "attended",  # for a part of the day, and failed a skill
    "UT": "passed",  # one skill at the second attempt
    "WA": "logged",
    "MD": "confirmed",
    "FL": "filed",
}
STUDIED = {"CO": "reading", "WA": "reading", "MD": "passed", "FL": "passed"}  # of the online part; others: none
ZONE = "America/New_York"
DOCUMENT = b"%PDF-1.4\n% A document of the demo.\n%%EOF\n"
LAB_TOPICS = {
    "needle-handling": 60,
    "palpation": 60,
    "psychomotor-skills": 180,
    "needle-technique": 120,
    "emergencies": 60,
}
LIVE_TOPICS = {"indications": 60, "contraindications": 60, "emergencies": 60}
STATEMENT = SupervisorStatement(
    name="Jamie Demo",
    profession="physical therapist",
    jurisdiction="FL",
    license_number="PT00000",
    license_years=12,
    needling_years=6,
    sessions=900,
    relation="colleague",
    needs_no_more=True,
)


def populate(people: Mapping[str, User], teachers: tuple[User, User], admin: User, now: datetime) -> None:
    """Give the therapists, by state, what they have reached. The qualification of the second instructor has expired."""
    _qualify(teachers, admin, now)
    for state, person in people.items():
        _state_facts(state, person, admin, now)
    held = _held_lab(people, teachers[0], admin, now - timedelta(days=30))
    _live_lab(people, teachers[0], admin, now - timedelta(days=20))
    _make_lab("Needling the trunk", teachers[1], admin, now - timedelta(days=6), LAB_TOPICS)
    coming = _make_lab("Needling the limbs", teachers[0], admin, now + timedelta(days=14), LAB_TOPICS, places=2)
    for state in ("CO", "GA", "SD"):
        labs.book(people[state], coming, now=now - timedelta(days=3))
    _make_lab("Questions in real time", teachers[0], admin, now + timedelta(days=21), LIVE_TOPICS, online=True)
    for person in _reached(people, "attended"):
        _sign_skills(person, teachers[0], held, is_passed=person is not people["NJ"])
    for person in _reached(people, "determined"):
        place = skills.Place(held.code, ZONE)
        skills.determine(teachers[0], person, course(), place, competent=True, note=None, now=held.ends_at)
    for state in ("WA", "MD", "FL"):
        _supervised(state, people[state], now)


def course() -> Course:
    """Return the course that has a hands-on part."""
    return skill_queries.courses()[0]


def _reached(people: Mapping[str, User], stage: str) -> list[User]:
    return [people[state] for state, own in STAGE_OF.items() if STAGES.index(own) >= STAGES.index(stage)]


def _qualify(teachers: tuple[User, User], admin: User, now: datetime) -> None:
    began, today = now - timedelta(days=85), now.date()
    for teacher, ends in zip(teachers, (today + timedelta(days=400), today - timedelta(days=12)), strict=True):
        instructors.set_instructor(
            admin, teacher, is_instructor=True, reason="Teaches the labs of the demo.", now=began
        )
        instructors.record_qualification(
            admin,
            teacher,
            name="Instructor of dry needling",
            issuer="Demo Academy",
            number=f"D{teacher.id}",
            first_day=today - timedelta(days=700),
            expires_on=ends,
            now=began,
        )


def _state_facts(state: str, person: User, admin: User, now: datetime) -> None:
    """State time in practice and CPR. The administrator verifies the card, or rejects it in one state."""
    began, today = now - timedelta(days=70), now.date()
    practice = {"jurisdiction": state, "first": person.licenses[0].first_licensed, "last": None, "weekly_hours": 38.0}
    proof.add(person, Kind.PRACTICE, practice, document=None, now=began)
    unrestricted = {"jurisdiction": state, "on": today - timedelta(days=70)}
    proof.add(person, Kind.LICENSE, unrestricted, document=None, now=began)
    card = {"credential": "cpr", "obtained_on": today - timedelta(days=200), "expires_on": today + timedelta(days=25)}
    added = proof.add(person, Kind.CREDENTIAL, card, document=DOCUMENT, now=began)
    decision, note = (ProofState.REJECTED, "The card can't be read.") if state == "GA" else (ProofState.VERIFIED, None)
    proof.decide(admin, added, decision, note, seen=added.state, now=began + timedelta(days=1))
    if state == "NJ":
        degree = {"credential": "dpt", "obtained_on": person.licenses[0].first_licensed, "expires_on": None}
        proof.add(person, Kind.CREDENTIAL, degree, document=None, now=began)


def _make_lab(
    title: str,
    teacher: User,
    admin: User,
    day: datetime,
    topics: Mapping[str, int],
    *,
    places: int = 12,
    online: bool = False,
) -> Lab:
    """Schedule a lab of this day, with an hour more than its topics take."""
    starts_at = day.replace(hour=14, minute=0, second=0, microsecond=0)
    return labs.create(
        admin,
        topics=topics,
        instructors=[teacher.id],
        now=min(day, starts_at) - timedelta(days=40),
        course_id=course().id,
        title=title,
        mode=Mode.LIVE_ONLINE if online else Mode.IN_PERSON,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=sum(topics.values()) + 60),
        time_zone=ZONE,
        place="The link comes by email." if online else "Demo Clinic, 1 Main Street, Orlando",
        jurisdiction="FL",
        capacity=places,
    )


def _held_lab(people: Mapping[str, User], teacher: User, admin: User, day: datetime) -> Lab:
    """Hold a lab that everybody attends who came so far: one leaves early, and one is added by the roster."""
    lab = _make_lab("First hands-on day", teacher, admin, day, LAB_TOPICS)
    for person in _reached(people, "attended"):
        labs.book(person, lab, now=day - timedelta(days=9))
        if person is people["MD"]:
            continue
        _come(person, lab, until=lab.ends_at - timedelta(hours=4 if person is people["NJ"] else 0))
    labs.record_by_roster(
        teacher,
        lab,
        people["MD"].id,
        in_at=lab.starts_at,
        out_at=lab.ends_at,
        reason="The phone was empty.",
        replaces=None,
        now=lab.ends_at,
    )
    labs.close(
        teacher,
        lab,
        needles_out=240,
        needles_in=239,
        needle_note="One bent needle went into the box unused.",
        incidents="A bruise at the forearm, smaller than a coin.",
        now=lab.ends_at,
    )
    return lab


def _come(person: User, lab: Lab, until: datetime) -> None:
    for step, moment in ((labs.check_in, lab.starts_at), (labs.check_out, until)):
        step(person, lab, screen_code.code_at(lab.secret, moment), now=moment)


def _live_lab(people: Mapping[str, User], teacher: User, admin: User, day: datetime) -> None:
    """Hold a live online lab with three attendance checks, of which one learner misses two."""
    lab = _make_lab("Safety in real time", teacher, admin, day, LIVE_TOPICS, online=True)
    present = [people[state] for state in ("UT", "WA", "MD", "FL")]
    for person in present:
        labs.book(person, lab, now=day - timedelta(days=9))
        labs.check_in(person, lab, screen_code.code_at(lab.secret, lab.starts_at), now=lab.starts_at)
    for number in range(3):
        opened = lab.starts_at + timedelta(minutes=50 * (number + 1))
        check = labs.open_check(teacher, lab, 5, now=opened)
        for person in present if number == 0 else present[1:]:
            labs.answer_check(person, lab, check.digits, now=opened + timedelta(minutes=1))
    for person in present:
        labs.check_out(person, lab, screen_code.code_at(lab.secret, lab.ends_at), now=lab.ends_at)
    labs.close(teacher, lab, needles_out=0, needles_in=0, needle_note=None, incidents=None, now=lab.ends_at)


def _sign_skills(person: User, teacher: User, lab: Lab, *, is_passed: bool) -> None:
    """Sign every skill of the course. The first one fails, and is passed at a second attempt if `is_passed`."""
    rubrics = catalog().skills_of(course())
    for number, skill in enumerate(rubrics):
        moment = lab.starts_at + timedelta(minutes=60 + 10 * number)
        if number == 0:
            _sign(person, teacher, lab, skill, moment, passed=False)
            moment += timedelta(minutes=90)
        if number or is_passed:
            _sign(person, teacher, lab, skill, moment, passed=True)
    signed = [one.row for one in skill_queries.sign_offs_of([person.id])[person.id]]
    skills.countersign(person, signed, now=lab.ends_at)


def _sign(person: User, teacher: User, lab: Lab, skill: Skill, moment: datetime, *, passed: bool) -> None:
    seen = skills.Seen(
        code=uuid4(),
        skill_id=skill.id,
        digest=skill.digest,
        steps=range(len(skill.rubric.steps)),
        errors=() if passed else (0,),
        passed=passed,
        note=None if passed else "Stopped and explained. A second attempt follows.",
        by_device=moment,
    )
    skills.sign_off(teacher, person, course(), seen, skills.Place(lab.code, ZONE), now=moment)


def _supervised(state: str, person: User, now: datetime) -> None:
    """Log supervised sessions: in Washington open and sent ones, elsewhere confirmed ones, of which two are refused."""
    today = now.date()
    for days in range(20, 25):
        _log(person, 6 if state == "FL" else 4, now - timedelta(days=days))
    supervisor = supervision.add_supervisor(
        person,
        name=STATEMENT.name,
        email="supervisor@demo.invalid",
        profession=STATEMENT.profession,
        jurisdiction=state,
        license_number=STATEMENT.license_number,
        now=now - timedelta(days=15),
    )
    codes = [one.code for one in supervision_queries.sendable(person.id, now)]
    if state == "WA":
        supervision.send(person, supervisor, codes[:8], now=now - timedelta(days=2))
        return
    request = supervision.send(person, supervisor, codes, now=now - timedelta(days=12))
    refused = codes[:2] if state == "MD" else []
    reason = "I was not there on these days." if refused else None
    token = tokens.make(site().secret_keys, Purpose.SUPERVISE, request.code, str(request.sends))
    confirmed = [code for code in codes if code not in refused]
    supervision.answer(token, STATEMENT, confirmed, reason, now=now - timedelta(days=11))
    if state == "FL":
        sent = {"jurisdiction": "FL", "requirement": "attestation", "filed_on": today - timedelta(days=5)}
        proof.add(person, Kind.FILING, sent, document=None, now=now - timedelta(days=5))
        _log(person, 3, now - timedelta(days=1))


def _log(person: User, count: int, now: datetime) -> None:
    supervision.log(
        person,
        count=count,
        now=now,
        held_on=now.date() - timedelta(days=1),
        minutes=45,
        muscles=["upper-trapezius", "levator-scapulae"],
        setting=Setting.CLINIC,
        jurisdiction=person.licenses[0].jurisdiction,
        by_video=False,
        note=None,
    )
