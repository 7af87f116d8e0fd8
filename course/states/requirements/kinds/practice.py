"""Time in practice, or time with a license, by the calendar."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from course.content.schema.law import Practice
from course.platform.dates import long_date
from course.states.requirements.calendar_time import ONE_DAY, add_months, length, months_of
from course.states.requirements.case import Case
from course.states.requirements.evidence import HeldLicense, TimeInPractice
from course.states.requirements.judgment import Counted, NotCounted, Result, State
from course.states.requirements.tally import Check
from course.states.requirements.wording import counted, number

YEAR_DAYS = 365.25


@dataclass(frozen=True)
class Time:
    """A time from `first` up to `end`, which is not part of it. `counts`: None: unknown, for the reason `why`."""

    first: date
    end: date
    what: str
    proof: str
    counts: bool | None = True
    why: str = ""


def judge(rule: Practice, case: Case) -> Result:
    """Return whether the time is long enough. Times that overlap count once."""
    times = [
        time for time in (_licensed if rule.basis == "license" else _practiced)(rule, case) if time.first < time.end
    ]
    certain = merged(time for time in times if time.counts)
    possible = merged(time for time in times if time.counts is not False)
    is_seen = rule.since is not None or rule.years is not None
    met_on = _met_on(rule, certain) if is_seen else None
    state = State.MET if met_on else State.UNKNOWN if not is_seen or _met_on(rule, possible) else State.OPEN
    days = sum((end - first).days for first, end in certain)
    return Result(
        **case.header(rule),
        state=state,
        have=_have(rule, certain),
        counted=tuple(Counted(time.what, length(time.first, time.end), time.proof) for time in times if time.counts),
        not_counted=tuple(NotCounted(time.what, time.why) for time in times if not time.counts),
        earned=days / YEAR_DAYS,
        needed=rule.years,
        next_step="" if state is State.MET else _next_step(rule, state, certain),
        met_on=met_on,
    )


def merged(times: Iterable[Time]) -> list[tuple[date, date]]:
    """Return first day and end of the times in order, those that overlap or follow each other as one."""
    whole: list[tuple[date, date]] = []
    for first, end in sorted((time.first, time.end) for time in times):
        if whole and first <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(whole[-1][1], end))
        else:
            whole.append((first, end))
    return whole


def first_day(times: Sequence[tuple[date, date]], years: float) -> date | None:
    """Return the day on which the years are complete: one time by the calendar, or several by their days."""
    enough = [day for first, end in times if (day := add_months(first, months_of(years))) <= end]
    missing = ceil(years * YEAR_DAYS)
    for first, end in times:
        if missing <= (end - first).days:
            enough.append(first + timedelta(days=missing))
            break
        missing -= (end - first).days
    return min(enough, default=None)


def _met_on(rule: Practice, times: Sequence[tuple[date, date]]) -> date | None:
    if rule.since:
        return next((rule.since for first, _ in times if first <= rule.since), None)
    return first_day(times, rule.years or 0)


def _licensed(rule: Practice, case: Case) -> list[Time]:
    return [
        _checked(
            Time(held.first_licensed or date.min, case.day, f"License in {held.jurisdiction}", case.proof(held)),
            _profession(held, case),
            _place(rule, held.jurisdiction, case),
            (None if held.first_licensed is None else True, "Its first day is not stated."),
        )
        for held in case.evidence.licenses
    ]


def _practiced(rule: Practice, case: Case) -> list[Time]:
    return [
        _checked(
            Time(time.first, _end(time, case), f"Practice in {time.jurisdiction}", case.proof(time)),
            _place(rule, time.jurisdiction, case),
            _weekly(rule, time),
        )
        for time in case.evidence.practice
    ]


def _end(time: TimeInPractice, case: Case) -> date:
    return case.day if time.last is None or time.last >= case.day else time.last + ONE_DAY


def _checked(time: Time, *checks: Check) -> Time:
    failed = [check for check in checks if check[0] is False] or [check for check in checks if check[0] is None]
    return Time(time.first, time.end, time.what, time.proof, *failed[0]) if failed else time


def _profession(held: HeldLicense, case: Case) -> Check:
    return held.profession == case.profession, f"It is a license as {held.profession}."


def _place(rule: Practice, jurisdiction: str, case: Case) -> Check:
    return not rule.same_state or jurisdiction == case.code, f"Only time in {case.code} counts."


def _weekly(rule: Practice, time: TimeInPractice) -> Check:
    if rule.weekly_hours is None:
        return True, ""
    if time.weekly_hours is None:
        return None, "The hours a week are not stated."
    return time.weekly_hours >= rule.weekly_hours, f"Fewer than {number(rule.weekly_hours)} hours a week."


def _have(rule: Practice, times: Sequence[tuple[date, date]]) -> str:
    if not times:
        return "None on record"
    if rule.since:
        return f"since {long_date(times[0][0])}"
    days = sum((end - first).days for first, end in times)
    have = length(*times[0]) if len(times) == 1 else counted(days, "day")
    return have if rule.years is None else f"{have} of {counted(rule.years, 'year')}"


def _next_step(rule: Practice, state: State, times: Sequence[tuple[date, date]]) -> str:
    if rule.since:
        return (
            "Another way than a license since then is needed."
            if state is State.OPEN
            else "State when you were licensed."
        )
    if rule.years is None:
        return "Ask the board how long a time it demands."
    if state is State.UNKNOWN:
        return "Complete what is not stated about your times."
    if not times:
        return "Enter your licenses." if rule.basis == "license" else "Enter your times in practice."
    return f"Wait until {counted(rule.years, 'year')} are complete, or enter earlier times."
