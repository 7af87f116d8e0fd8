"""Supervised treatment sessions."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from course.content.schema.law import Sessions
from course.platform.dates import long_date
from course.states.requirements.case import Case
from course.states.requirements.evidence import SupervisorFacts, TreatmentSession
from course.states.requirements.judgment import Counted, NotCounted, Result, State
from course.states.requirements.supervisors import shortfalls, unanswered
from course.states.requirements.tally import Check, Item, certain, first_day, fullest, possible
from course.states.requirements.wording import counted, number

HOUR_MINUTES = 60


def judge(rule: Sessions, case: Case) -> Result:
    """Return the confirmed sessions with a supervisor who fits the rule, and what is missing."""
    found = [_item(rule, session, case) for session in case.evidence.sessions]
    items = case.dated(rule, found, months=rule.within_months if rule.after else None)
    months = None if rule.after else rule.within_months
    used = fullest(certain(items), len, months)
    left = len(certain(items)) - len(used)
    span = f"Not within {counted(rule.within_months or 0, 'month')} with the sessions that count."

    def enough(some: Sequence[Item]) -> bool:
        return len(some) >= (rule.sessions or 0) and _minutes(some) >= (rule.hours or 0) * HOUR_MINUTES

    is_seen = rule.sessions is not None or rule.hours is not None
    met_on = first_day(certain(items), enough, months) if is_seen else None
    may_be = not is_seen or first_day(possible(items), enough, months)
    state = State.MET if met_on else State.UNKNOWN if may_be else State.CANNOT_ONLINE
    return Result(
        **case.header(rule),
        state=state,
        have=_have(rule, used),
        counted=tuple(_grouped(used)),
        not_counted=(*_reasons(items), *([NotCounted(counted(left, "session"), span)] if left else [])),
        earned=len(used) if rule.sessions is not None else _minutes(used) / HOUR_MINUTES,
        needed=rule.sessions if rule.sessions is not None else rule.hours,
        next_step=_next_step(rule, state, used, is_seen=is_seen),
        met_on=met_on,
    )


def _item(rule: Sessions, session: TreatmentSession, case: Case) -> Item:
    item = Item(
        what=session.supervisor.name if session.supervisor else "no supervisor",
        on=session.on,
        proof=f"confirmed by {session.verified_by}" if session.verified_by else "your statement",
        minutes=session.minutes,
    )
    return item.checked(
        (session.supervisor is not None, "You had no supervisor."),
        (session.verified_by is not None, "The supervisor has not confirmed it."),
        _remote(rule, session),
        *_supervisor(rule, session.supervisor, case),
    )


def _remote(rule: Sessions, session: TreatmentSession) -> Check:
    if not session.remote or rule.telehealth:
        return True, ""
    if rule.telehealth is None:
        return None, "Whether supervision may be remote was not seen."
    return False, "Supervision may not be remote."


def _supervisor(rule: Sessions, facts: SupervisorFacts | None, case: Case) -> Iterable[Check]:
    if facts is None:
        return
    yield from ((False, reason) for reason in shortfalls(rule.supervisor, facts, license_state=case.code))
    yield from ((None, question) for question in unanswered(rule.supervisor, facts))


def _minutes(items: Sequence[Item]) -> int:
    return sum(item.minutes for item in items)


def _grouped(items: Iterable[Item]) -> Iterable[Counted]:
    """Yield one line for the sessions of each supervisor."""
    by_supervisor = defaultdict(list)
    for item in items:
        by_supervisor[item.what, item.proof].append(item)
    for (name, proof), some in by_supervisor.items():
        first, last = some[0].on, some[-1].on
        dates = long_date(first) if first == last else f"{long_date(first)} to {long_date(last)}"
        yield Counted(f"Sessions with {name}, {dates}", counted(len(some), "session"), proof)


def _reasons(items: Iterable[Item]) -> Iterable[NotCounted]:
    """Yield one line for the sessions of each supervisor that don't count for the same reason."""
    by_reason = defaultdict(list)
    for item in items:
        if not item.counts:
            by_reason[item.what, item.why].append(item)
    for (name, why), some in by_reason.items():
        yield NotCounted(f"{counted(len(some), 'session')} with {name}", why)


def _have(rule: Sessions, used: Sequence[Item]) -> str:
    have = counted(len(used), "session")
    if rule.sessions is not None:
        have = f"{len(used)} of {counted(rule.sessions, 'session')}"
    if rule.hours:
        have = f"{have}, {number(round(_minutes(used) / HOUR_MINUTES, 2))} of {counted(rule.hours, 'hour')}"
    return have


def _next_step(rule: Sessions, state: State, used: Sequence[Item], *, is_seen: bool) -> str:
    if state is State.MET:
        return ""
    if not is_seen:
        return "Ask the board how many supervised sessions it demands."
    sessions = (rule.sessions or 0) - len(used)
    missing = [counted(sessions, "more supervised session")] if sessions > 0 else []
    minutes = (rule.hours or 0) * HOUR_MINUTES - _minutes(used)
    missing += [f"{counted(round(minutes / HOUR_MINUTES, 2), 'more hour')} of supervision"] if minutes > 0 else []
    if state is State.UNKNOWN:
        return "Settle what is unknown about your sessions: see why they don't count yet."
    return f"Log {' and '.join(missing)}, and have the supervisor confirm them."
