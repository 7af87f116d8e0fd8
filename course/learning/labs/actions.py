"""Labs are scheduled, canceled and closed; learners sign up; presence is recorded."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy.exc import IntegrityError

from course.learning.labs import lab_times, queries, screen_code, seats
from course.learning.labs.models import (
    AttendanceAnswer,
    AttendanceCheck,
    Booking,
    How,
    Lab,
    LabInstructor,
    LabTopic,
    Presence,
)
from course.people.accounts import queries as accounts
from course.people.accounts.models import User
from course.platform import db, decisions, jobs
from course.platform.audit.log import Event, record
from course.platform.db import unit_of_work
from course.platform.mail.subscriptions import remind_each
from course.platform.web import Refused
from course.site import site

EARLY = timedelta(hours=1)  # how long before a lab, and after it, its codes are accepted
REMINDER = timedelta(days=1)
CHECK_DIGITS = 4
MAX_CHECKS = 60  # of one lab
MAILED_CHANGES = ("starts_at", "ends_at", "time_zone", "place", "mode")  # of which learners get a mail


class LabEnded(Refused):
    message = "This lab has ended."


class LabNotOver(Refused):
    message = "This lab has not ended yet. Close it once it is over."


class LabClosed(Refused):
    message = "This lab is closed. Nothing was changed."


class LabCanceled(Refused):
    message = "This lab was canceled. Nothing was changed."


class LabStarted(Refused):
    message = "This lab has started, so it can't be canceled any more."


class BookedAlready(Refused):
    message = "You already signed up for this lab."


class TeachesIt(Refused):
    message = "You teach this lab, so you can't sign up for it."


class NotBooked(Refused):
    message = "You have no place in this lab. Sign up first, or ask the instructor to add you to the roster."


class CodeTooOld(Refused):
    status = 422
    message = "This code is not the one on the screen. Scan or enter the current code. It changes every 30 seconds."


class WrongCheckCode(Refused):
    status = 422
    message = "This is not the code of an attendance check that is open now."


class NotTheTime(Refused):
    message = "The codes of a lab work from one hour before it starts until one hour after it ends."


class HereAlready(Refused):
    message = "You are already checked in. To leave, check out."


class NotHere(Refused):
    message = "You are not checked in."


class CorrectedAlready(Refused):
    message = "This time was corrected since you opened the page. Reload the page and try again."


class NotYet(Refused):
    status = 422
    message = "This time is in the future. Enter when the person came and left once it has happened."


class TooManyChecks(Refused):
    message = f"A lab can have {MAX_CHECKS} attendance checks."


class CapacityTooSmall(Refused):
    status = 422
    message = "More people have a place than that. Enter a larger number."


def _subject(lab: Lab) -> str:
    return f"lab:{lab.code}"


def _set(lab: Lab, topics: Mapping[str, int], instructors: Sequence[int], fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        setattr(lab, name, value)
    lab.topics = [LabTopic(topic=topic, minutes=minutes) for topic, minutes in topics.items()]
    names = {id_: person.legal_name for id_, person in accounts.people_of(instructors).items()}
    lab.teaching = [LabInstructor(user_id=id_, place=place, name=names[id_]) for place, id_ in enumerate(instructors)]


@unit_of_work
def create(admin: User, *, topics: Mapping[str, int], instructors: Sequence[int], now: datetime, **fields: Any) -> Lab:
    """Schedule a lab. `topics`: minutes by topic. `instructors`: ids of people, the first instructor first.

    `fields`: course_id, title, mode, starts_at, ends_at, time_zone, place, jurisdiction and capacity.
    """
    lab = Lab(secret=secrets.token_hex(32), created_at=now)
    _set(lab, topics, instructors, fields)
    db.session.add(lab)
    db.session.flush()
    record(Event.LAB_CREATED, admin, _subject(lab), person_id=None, now=now, **lab.facts())
    return lab


@unit_of_work
def change(
    admin: User, lab: Lab, *, topics: Mapping[str, int], instructors: Sequence[int], now: datetime, **fields: Any
) -> None:
    """Change a lab that is neither canceled nor closed. Those who signed up get a mail about another time or place.

    Raise LabCanceled, LabClosed or CapacityTooSmall.
    """
    lab = _locked_open(lab)
    booked, before = queries.bookings_of(lab), lab.facts()
    if fields["capacity"] < min(len(booked), lab.capacity):
        raise CapacityTooSmall
    waited = seats.waiting(booked, lab.capacity)
    lab.topics, lab.teaching = [], []
    db.session.flush()
    _set(lab, topics, instructors, fields)
    db.session.flush()
    after = lab.facts()
    if after == before:
        return
    record(Event.LAB_CHANGED, admin, _subject(lab), person_id=None, now=now, before=before, after=after)
    if any(before[name] != after[name] for name in MAILED_CHANGES):
        for booking in booked:
            _mail(booking, lab, "lab-changed", now)
    for booking in waited[: max(0, lab.capacity - int(str(before["capacity"])))]:
        _mail(booking, lab, "lab-moved-up", now)


@unit_of_work
def cancel(admin: User, lab: Lab, reason: str, *, now: datetime) -> None:
    """Cancel a lab. Those who signed up get a mail. Raise LabCanceled or LabClosed."""
    lab = _locked_open(lab)
    lab.canceled_at, lab.cancel_reason = now, reason
    record(Event.LAB_CANCELED, admin, _subject(lab), person_id=None, now=now, reason=reason)
    for booking in queries.bookings_of(lab):
        _mail(booking, lab, "lab-canceled", now, reason=reason)


def _locked_open(lab: Lab) -> Lab:
    """Return the lab, locked. Raise LabCanceled or LabClosed."""
    lab = _locked(lab)
    if lab.closed_at is not None:
        raise LabClosed
    return lab


def _locked(lab: Lab) -> Lab:
    """Return the lab, locked. Raise LabCanceled."""
    lab = db.locked(Lab, lab.id)
    if lab.canceled_at is not None:
        raise LabCanceled
    return lab


@unit_of_work
def book(user: User, lab: Lab, *, now: datetime) -> bool:
    """Sign the person up, and return whether they have a place; otherwise they wait for one.

    Raise LabCanceled, LabEnded, TeachesIt or BookedAlready.
    """
    lab = _locked(lab)
    if now >= lab.ends_at:
        raise LabEnded
    if user.id in {one.user_id for one in lab.teaching}:
        raise TeachesIt
    taken = len(queries.bookings_of(lab))
    booking = Booking(lab_id=lab.id, user_id=user.id, booked_at=now)
    db.session.add(booking)
    try:
        db.session.flush()
    except IntegrityError:
        raise BookedAlready from None
    record(Event.LAB_BOOKED, user, _subject(lab), person_id=user.id, now=now)
    _mail(booking, lab, "lab-booked", now, is_in=taken < lab.capacity)
    return taken < lab.capacity


@unit_of_work
def cancel_booking(user: User, lab: Lab, *, now: datetime) -> None:
    """Give up the person's place. The next who waits moves up. Raise LabStarted or NotBooked."""
    lab = db.locked(Lab, lab.id)
    if now >= lab.starts_at:
        raise LabStarted
    if not _give_up(user, lab, now):
        raise NotBooked


@unit_of_work
def withdraw(user: User, *, now: datetime) -> None:
    """Give up the person's places in all coming labs, because the account is closed."""
    for lab in queries.booked_labs(user.id):
        if lab.starts_at > now:
            _give_up(user, db.locked(Lab, lab.id), now)


def _give_up(user: User, lab: Lab, now: datetime) -> bool:
    booked = list(queries.bookings_of(lab))
    own = next((one for one in booked if one.user_id == user.id), None)
    if own is None:
        return False
    own.canceled_at = now
    record(Event.LAB_BOOKING_CANCELED, user, _subject(lab), person_id=user.id, now=now)
    if own in seats.seated(booked, lab.capacity):
        for next_ in seats.waiting(booked, lab.capacity)[:1]:
            _mail(next_, lab, "lab-moved-up", now)
    return True


def _mail(booking: Booking, lab: Lab, template: str, now: datetime, **values: Any) -> None:
    key = f"{template}:{booking.id}:{now.isoformat()}"
    _put_mail(accounts.person(booking.user_id), lab, template, key, now, **values)


def _put_mail(person: User, lab: Lab, template: str, key: str, now: datetime, **values: Any) -> None:
    jobs.put(
        "mail",
        key=key,
        now=now,
        to=person.email,
        template=template,
        name=person.name_in_mails,
        title=lab.title,
        when=lab.when,
        place=lab.place,
        link=f"{site().base_url}/labs/{lab.code}",
        **values,
    )


def remind_all(now: datetime) -> None:
    """Mail everyone with a place in a lab that starts within a day, once for each start. Safe to repeat."""
    due = {_reminder_key(booking, lab): (lab, booking) for lab, booking in queries.due_for_reminder(now, REMINDER)}
    sent = jobs.known(list(due))
    unsent = {booking.id: (lab, booking, key) for key, (lab, booking) in due.items() if key not in sent}

    def remind(booking_id: int) -> None:
        _remind(*unsent[booking_id], now=now)

    remind_each(unsent, remind)


def _reminder_key(booking: Booking, lab: Lab) -> str:
    return f"lab-tomorrow:{booking.id}:{lab.starts_at.isoformat()}"


@unit_of_work
def _remind(lab: Lab, booking: Booking, key: str, *, now: datetime) -> None:
    person = accounts.person(db.locked(Booking, booking.id).user_id)
    if booking.canceled_at is not None or jobs.known([key]):
        return
    _put_mail(person, lab, "lab-tomorrow", key, now)


@unit_of_work
def check_in(user: User, lab: Lab, typed: str, *, now: datetime) -> None:
    """Record that the person came, by the code on the screen.

    Raise LabCanceled, LabClosed, NotTheTime, CodeTooOld, NotBooked or HereAlready.
    """
    lab = _at_the_screen(lab, typed, now)
    if user.id not in {one.user_id for one in seats.seated(queries.bookings_of(lab), lab.capacity)}:
        raise NotBooked
    if queries.open_presence(lab, user.id) is not None:
        raise HereAlready
    _record_presence(user, lab, user.id, now, None, How.CODE, now)


@unit_of_work
def check_out(user: User, lab: Lab, typed: str, *, now: datetime) -> None:
    """Record that the person left, by the code on the screen.

    Raise LabCanceled, LabClosed, NotTheTime, CodeTooOld or NotHere.
    """
    lab = _at_the_screen(lab, typed, now)
    presence = queries.open_presence(lab, user.id)
    if presence is None:
        raise NotHere
    presence.out_at = now
    record(Event.LAB_LEFT, user, _subject(lab), person_id=user.id, now=now, out_at=now.isoformat())


def _at_the_screen(lab: Lab, typed: str, now: datetime) -> Lab:
    lab = _locked_open(lab)
    require_code(lab, typed, now)
    return lab


def require_code(lab: Lab, typed: str, now: datetime) -> None:
    """Raise NotTheTime or CodeTooOld."""
    if not lab.starts_at - EARLY <= now <= lab.ends_at + EARLY:
        raise NotTheTime
    if not screen_code.is_current(lab.secret, typed, now):
        raise CodeTooOld


def _record_presence(
    actor: User,
    lab: Lab,
    user_id: int,
    in_at: datetime,
    out_at: datetime | None,
    how: How,
    now: datetime,
    *,
    replaces: Presence | None = None,
    reason: str | None = None,
) -> None:
    presence = Presence(
        lab_id=lab.id,
        user_id=user_id,
        in_at=in_at,
        out_at=out_at,
        how=how,
        recorded_by=actor.legal_name,
        recorded_at=now,
        replaces_id=replaces.id if replaces else None,
        reason=reason,
    )
    db.session.add(presence)
    db.session.flush()
    record(
        Event.LAB_PRESENCE,
        actor,
        _subject(lab),
        person_id=user_id,
        now=now,
        in_at=in_at.isoformat(),
        out_at=out_at.isoformat() if out_at else None,
        how=how,
        replaces=str(replaces.code) if replaces else None,
        reason=reason,
    )


@unit_of_work
def record_by_roster(
    instructor: User,
    lab: Lab,
    user_id: int,
    *,
    in_at: datetime,
    out_at: datetime | None,
    reason: str,
    replaces: Presence | None,
    now: datetime,
) -> None:
    """Record when the person was there, as the instructor saw it. `replaces`: the recorded time that was wrong.

    It can also be corrected after the lab was closed. Raise LabCanceled, OwnRecord, NotYet, or NotFound if somebody
    else replaced the same time.
    """
    decisions.require_another(instructor, user_id)
    if max(in_at, out_at or in_at) > now:
        raise NotYet
    lab = _locked(lab)
    if replaces is not None:
        replaces = queries.presence_of(lab, user_id, replaces.code)
    facts: dict[str, Any] = {"replaces": replaces, "reason": reason}
    _record_presence(instructor, lab, user_id, in_at, out_at, How.ROSTER, now, **facts)


@unit_of_work
def open_check(instructor: User, lab: Lab, minutes: int, *, now: datetime) -> AttendanceCheck:
    """Open an attendance check for some minutes, and with it end the one before.

    Raise LabCanceled, LabClosed, NotTheTime or TooManyChecks.
    """
    lab = _locked_open(lab)
    if not lab.starts_at <= now <= lab.ends_at:
        raise NotTheTime("An attendance check is opened while the lab takes place.")
    earlier = queries.checks_of(lab)
    if len(earlier) >= MAX_CHECKS:
        raise TooManyChecks
    for one in earlier:
        one.closes_at = min(one.closes_at, now)
    digits = f"{secrets.randbelow(10**CHECK_DIGITS):0{CHECK_DIGITS}}"
    check = AttendanceCheck(lab_id=lab.id, digits=digits, opened_at=now, closes_at=now + timedelta(minutes=minutes))
    db.session.add(check)
    db.session.flush()
    record(Event.ATTENDANCE_CHECK_OPENED, instructor, _subject(lab), person_id=None, now=now, minutes=minutes)
    return check


@unit_of_work
def answer_check(user: User, lab: Lab, typed: str, *, now: datetime) -> None:
    """Store that the person entered the code of the open attendance check.

    Raise LabCanceled, LabClosed, NotHere or WrongCheckCode.
    """
    lab = _locked_open(lab)
    if queries.open_presence(lab, user.id) is None:
        raise NotHere("Check in first.")
    check = next(iter(queries.checks_of(lab)), None)
    if check is None or now > check.closes_at or screen_code.tidy(typed) != check.digits:
        raise WrongCheckCode
    if db.session.get(AttendanceAnswer, (check.id, user.id)) is None:
        db.session.add(AttendanceAnswer(check_id=check.id, user_id=user.id, answered_at=now))
        record(Event.ATTENDANCE_CHECK_ANSWERED, user, _subject(lab), person_id=user.id, now=now)


@unit_of_work
def close(
    instructor: User,
    lab: Lab,
    *,
    needles_out: int,
    needles_in: int,
    needle_note: str | None,
    incidents: str | None,
    now: datetime,
) -> None:
    """Close a lab that is over: its attendance counts from then on. Raise LabCanceled, LabClosed or LabNotOver."""
    lab = _locked_open(lab)
    if now < lab.ends_at:
        raise LabNotOver
    lab.closed_at, lab.closed_by = now, instructor.legal_name
    counts = {"needles_out": needles_out, "needles_in": needles_in, "needle_note": needle_note, "incidents": incidents}
    for name, value in counts.items():
        setattr(lab, name, value)
    for one in lab.teaching:
        one.name = one.user.legal_name
    learners = sum(1 for own in queries.presences_of(lab).values() if queries.minutes_in(lab, own))
    people = {"instructors": len(lab.teaching), "learners": learners}
    record(Event.LAB_CLOSED, instructor, _subject(lab), person_id=None, now=now, **counts, **people)


def moment_at(lab: Lab, clock_time: time) -> datetime:
    """Return the moment on the day of the lab at which the clocks there show the time."""
    return lab_times.utc_of(lab.day, clock_time, lab.time_zone)
