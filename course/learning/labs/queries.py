"""Finds labs, who signed up, who was there and for how long."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased, joinedload, selectinload

from course.content.queries import catalog
from course.content.schema.hours import Mode
from course.learning.labs import attendance, seats
from course.learning.labs.attendance import Interval
from course.learning.labs.attended_lab import AttendedLab
from course.learning.labs.models import AttendanceAnswer, AttendanceCheck, Booking, Lab, LabInstructor, Presence
from course.people.accounts import queries as accounts
from course.people.accounts.models import User
from course.people.instructors import queries as instructors
from course.people.instructors.qualification_standing import Standing, standing_on
from course.platform import db
from course.platform.dates import date_in
from course.platform.queries import Page, found_or_404, one_or_404, page_of
from course.states.requirements.evidence import Training


def _labs() -> Select[Lab]:
    return select(Lab).options(
        selectinload(Lab.topics), selectinload(Lab.teaching).joinedload(LabInstructor.user), selectinload(Lab.teaching)
    )


def lab_of(code: UUID) -> Lab:
    """Return the lab. Raise NotFound."""
    return one_or_404(_labs().filter_by(code=code))


def taught_lab(user: User, code: UUID) -> Lab:
    """Return the lab if the person teaches it. Raise NotFound."""
    lab = lab_of(code)
    return found_or_404(lab if user.id in {one.user_id for one in lab.teaching} else None)


def labs_by_id(ids: Collection[int]) -> dict[int, Lab]:
    return {lab.id: lab for lab in db.session.scalars(_labs().where(Lab.id.in_(ids)))}


def open_for_sign_up(now: datetime) -> Sequence[Lab]:
    """Return the labs that have not ended and are not canceled, the next one first."""
    wanted = _labs().where(Lab.ends_at > now, Lab.canceled_at.is_(None))
    return db.session.scalars(wanted.order_by(Lab.starts_at, Lab.id)).all()


def every_lab(*, page: int, size: int) -> Page[Lab]:
    """Return one page of all labs, the latest first."""
    return page_of(_labs().order_by(Lab.starts_at.desc(), Lab.id.desc()), number=page, size=size)


def taught_by(user_id: int) -> Sequence[Lab]:
    """Return the labs that the person teaches, without canceled ones, the earliest first."""
    own = select(LabInstructor.lab_id).filter_by(user_id=user_id)
    wanted = _labs().where(Lab.id.in_(own), Lab.canceled_at.is_(None))
    return db.session.scalars(wanted.order_by(Lab.starts_at, Lab.id)).all()


def count_flagged() -> int:
    """Return how many labs that are not closed have an instructor without a qualification in force on their day."""
    open_ = db.session.scalars(_labs().where(Lab.closed_at.is_(None), Lab.canceled_at.is_(None))).all()
    return sum(is_flagged(standings) for standings in standings_of(open_).values())


def count_to_close(now: datetime) -> int:
    """Return how many labs have ended and were not closed."""
    wanted = select(func.count(Lab.id)).where(Lab.ends_at < now, Lab.closed_at.is_(None), Lab.canceled_at.is_(None))
    return db.session.scalars(wanted).one()


def _open_bookings() -> Select[Booking]:
    return select(Booking).where(Booking.canceled_at.is_(None)).order_by(Booking.id)


def bookings_of(lab: Lab) -> Sequence[Booking]:
    """Return the open sign-ups in order: first those who are in, then those who wait."""
    return db.session.scalars(_open_bookings().filter_by(lab_id=lab.id)).all()


def count_bookings(labs: Sequence[Lab]) -> Mapping[int, int]:
    """Return the number of open sign-ups by lab id. One statement."""
    wanted = select(Booking.lab_id, func.count()).where(
        Booking.lab_id.in_([lab.id for lab in labs]), Booking.canceled_at.is_(None)
    )
    return Counter(dict(db.session.execute(wanted.group_by(Booking.lab_id)).all()))


@dataclass(frozen=True)
class Place:
    """A learner's place in a lab. `position` counts from 1 among those who are in, or among those who wait."""

    is_in: bool
    position: int


def places_of(user_id: int, labs: Sequence[Lab]) -> dict[int, Place]:
    """Return the person's places, by lab id. One statement."""
    own = select(Booking.lab_id, Booking.id).where(
        Booking.user_id == user_id, Booking.canceled_at.is_(None), Booking.lab_id.in_([lab.id for lab in labs])
    )
    own_rows = own.subquery()
    before = (
        select(own_rows.c.lab_id, func.count(Booking.id))
        .join(Booking, (Booking.lab_id == own_rows.c.lab_id) & (Booking.id <= own_rows.c.id))
        .where(Booking.canceled_at.is_(None))
        .group_by(own_rows.c.lab_id)
    )
    capacities = {lab.id: lab.capacity for lab in labs}
    return {
        lab_id: Place(True, number) if number <= capacities[lab_id] else Place(False, number - capacities[lab_id])
        for lab_id, number in db.session.execute(before)
    }


def booked_labs(user_id: int) -> Sequence[Lab]:
    """Return the labs that the person has signed up for or was at, without canceled ones, the latest first."""
    booked = select(Booking.lab_id).where(Booking.user_id == user_id, Booking.canceled_at.is_(None))
    present = select(Presence.lab_id).filter_by(user_id=user_id)
    wanted = _labs().where(Lab.id.in_(booked.union(present)), Lab.canceled_at.is_(None))
    return db.session.scalars(wanted.order_by(Lab.starts_at.desc(), Lab.id.desc())).all()


def due_for_reminder(now: datetime, before: timedelta) -> list[tuple[Lab, Booking]]:
    """Return the sign-ups with a place in a lab that starts within `before`."""
    soon = _labs().where(Lab.starts_at > now, Lab.starts_at <= now + before, Lab.canceled_at.is_(None))
    labs = {lab.id: lab for lab in db.session.scalars(soon)}
    rows = defaultdict(list)
    for booking in db.session.scalars(_open_bookings().where(Booking.lab_id.in_(labs))):
        rows[booking.lab_id].append(booking)
    return [(labs[id_], one) for id_, own in rows.items() for one in seats.seated(own, labs[id_].capacity)]


def _valid_presences() -> Select[Presence]:
    later = aliased(Presence)
    replaced = select(later.id).where(later.replaces_id == Presence.id).exists()
    return select(Presence).where(~replaced).order_by(Presence.in_at, Presence.id)


def presences_of(lab: Lab) -> dict[int, list[Presence]]:
    """Return the times that count, by person, without those that a correction replaced."""
    found: dict[int, list[Presence]] = defaultdict(list)
    for one in db.session.scalars(_valid_presences().filter_by(lab_id=lab.id)):
        found[one.user_id].append(one)
    return found


def present_in(labs: Sequence[Lab]) -> dict[int, set[int]]:
    """Return who was there, by lab id. One statement."""
    found: dict[int, set[int]] = defaultdict(set)
    for one in db.session.scalars(_valid_presences().where(Presence.lab_id.in_([lab.id for lab in labs]))):
        if one.in_at != one.out_at:
            found[one.lab_id].add(one.user_id)
    return found


def history_of(lab: Lab, user_id: int) -> Sequence[Presence]:
    """Return every recorded time of the person in the lab, also those that were replaced."""
    return db.session.scalars(select(Presence).filter_by(lab_id=lab.id, user_id=user_id).order_by(Presence.id)).all()


def presence_of(lab: Lab, user_id: int, code: UUID) -> Presence:
    """Return a time that counts. Raise NotFound if there is none or it was replaced."""
    return one_or_404(_valid_presences().filter_by(lab_id=lab.id, user_id=user_id, code=code))


def open_presence(lab: Lab, user_id: int) -> Presence | None:
    """Return the check-in of the person that has no check-out yet."""
    wanted = _valid_presences().filter_by(lab_id=lab.id, user_id=user_id, out_at=None)
    return db.session.scalars(wanted.limit(1)).one_or_none()


def minutes_in(lab: Lab, presences: Sequence[Presence]) -> int:
    """Return the minutes of the lab that one person's times cover."""
    intervals = [Interval(one.in_at, one.out_at) for one in presences]
    return attendance.attended_minutes(lab.starts_at, lab.ends_at, intervals)


def checks_of(lab: Lab) -> Sequence[AttendanceCheck]:
    """Return the lab's attendance checks, the newest first."""
    return db.session.scalars(
        select(AttendanceCheck).filter_by(lab_id=lab.id).order_by(AttendanceCheck.id.desc())
    ).all()


def answers_of(lab: Lab) -> Counter[int]:
    """Return how many attendance checks of the lab each person answered."""
    wanted = select(AttendanceAnswer.user_id).join(AttendanceCheck).where(AttendanceCheck.lab_id == lab.id)
    return Counter(db.session.scalars(wanted))


def standings_of(labs: Sequence[Lab]) -> dict[int, dict[int, Standing]]:
    """Return, by lab id, the standing of each of its instructors on the day of the lab. One statement."""
    people = {one.user_id for lab in labs for one in lab.teaching}
    qualifications = instructors.qualifications_of(people)
    return {
        lab.id: {one.user_id: standing_on(lab.day, qualifications[one.user_id]) for one in lab.teaching} for lab in labs
    }


def is_flagged(standings: Mapping[int, Standing]) -> bool:
    """Return whether somebody led the lab without a qualification that was in force on that day."""
    return any(standing is not Standing.QUALIFIED for standing in standings.values())


@dataclass(frozen=True)
class RosterLine:
    """One person on the roster of a lab. `answered`: attendance checks; `missed_too_many`: of those that are over."""

    person: User
    is_in: bool
    is_booked: bool
    is_here: bool
    minutes: int
    answered: int
    missed_too_many: bool


def roster_of(lab: Lab, now: datetime) -> list[RosterLine]:
    """Return everybody who signed up or was there: first those who are in, then those who wait, then others."""
    booked = [one.user_id for one in bookings_of(lab)]
    inside, presences, answers = set(seats.seated(booked, lab.capacity)), presences_of(lab), answers_of(lab)
    checks = sum(1 for one in checks_of(lab) if one.closes_at < now)
    order = [*booked, *(id_ for id_ in presences if id_ not in booked)]
    people = accounts.people_of(order)
    return [
        RosterLine(
            person=people[id_],
            is_in=id_ in inside,
            is_booked=id_ in booked,
            is_here=any(one.out_at is None for one in presences.get(id_, ())),
            minutes=minutes_in(lab, presences.get(id_, ())),
            answered=answers[id_],
            missed_too_many=attendance.missed_too_many(answers[id_], checks),
        )
        for id_ in order
    ]


def people_in(lab: Lab) -> set[int]:
    """Return the ids of those who have a place in the lab, and of those who were there."""
    booked = [one.user_id for one in bookings_of(lab)]
    return {*seats.seated(booked, lab.capacity), *presences_of(lab)}


def training_if_attended(lab: Lab) -> list[Training]:
    """Return what the whole lab gives to somebody who attends it from the first minute to the last."""
    return _training(lab, lab.minutes)


def attended_of(user_ids: Collection[int]) -> dict[int, list[AttendedLab]]:
    """Return the closed labs that each person attended, the earliest first. The same statements for one or many."""
    return {
        id_: [
            AttendedLab(
                course_id=lab.course_id,
                title=lab.title,
                mode=Mode(lab.mode),
                minutes=minutes,
                topics=attendance.minutes_by_topic(lab.starts_at, lab.ends_at, lab.topic_minutes, minutes),
                ended_at=lab.ends_at,
                jurisdiction=lab.jurisdiction,
                instructors=tuple(lab.instructors),
            )
            for lab, minutes in own
        ]
        for id_, own in _attended(user_ids).items()
    }


def _attended(user_ids: Collection[int]) -> dict[int, list[tuple[Lab, int]]]:
    """Return (lab, minutes) of the closed labs that each person attended for a minute or more. One statement."""
    wanted = (
        _valid_presences()
        .add_columns(Lab)
        .join(Lab, Lab.id == Presence.lab_id)
        .where(Presence.user_id.in_(user_ids), Lab.closed_at.is_not(None), Lab.canceled_at.is_(None))
        .options(joinedload(Lab.topics), joinedload(Lab.teaching).joinedload(LabInstructor.user))
    )
    times: dict[tuple[int, int], list[Presence]] = defaultdict(list)
    labs: dict[int, Lab] = {}
    for presence, lab in db.session.execute(wanted).unique():
        labs[lab.id] = lab
        times[presence.user_id, lab.id].append(presence)
    earliest_first = sorted(labs.values(), key=lambda lab: (lab.ends_at, lab.id))
    return {
        id_: [(lab, minutes) for lab in earliest_first if (minutes := minutes_in(lab, times.get((id_, lab.id), ())))]
        for id_ in user_ids
    }


def training_of(user_ids: Collection[int]) -> dict[int, list[Training]]:
    """Return what each person attended in closed labs, as training: one for each topic, and one for the rest."""
    return {
        id_: [training for lab, minutes in own for training in _training(lab, minutes)]
        for id_, own in _attended(user_ids).items()
    }


def _training(lab: Lab, attended: int) -> list[Training]:
    topics = attendance.minutes_by_topic(lab.starts_at, lab.ends_at, lab.topic_minutes, attended)
    parts = [(frozenset({topic}), minutes) for topic, minutes in topics.items()]
    if (rest := attended - sum(topics.values())) > 0:
        parts.append((frozenset(), rest))
    return [
        Training(
            title=lab.title,
            provider=catalog().provider.name,
            mode=Mode(lab.mode),
            minutes=minutes,
            completed_on=date_in(lab.time_zone, lab.ends_at),
            topics=taught,
            verified_by=lab.instructors[0],
            verified_on=date_in(lab.time_zone, lab.closed_at or lab.ends_at),
            source=f"lab {lab.title}, {lab.when}",
        )
        for taught, minutes in parts
    ]
