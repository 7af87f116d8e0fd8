"""Hours of training: which minutes count, which don't and why, and how many are still missing."""

from collections.abc import Sequence
from dataclasses import replace

from course.content.schema.hours import Mode
from course.content.schema.law import Hours
from course.states.requirements.approvers import is_approved
from course.states.requirements.calendar_time import add_months, months_of
from course.states.requirements.case import Case
from course.states.requirements.evidence import Training
from course.states.requirements.judgment import NotCounted, Result, State
from course.states.requirements.tally import Check, Item, certain, first_day, fullest, possible
from course.states.requirements.wording import counted, number

HOUR_MINUTES = 60
REGARDLESS: Check = (True, "")
# What counts where no rule says what counts.
ANY_TRAINING = Hours(
    kind="hours",
    id="any-training",
    text="Any training.",
    source="none",
    confidence="high",
    hours=None,
    any_number=True,
    online="yes",
    entry_level=True,
)


def judge(rule: Hours, case: Case) -> Result:
    """Return the hours that count, those that don't, and what is missing."""
    items = case.dated(rule, items_of(rule, case))
    months = None if rule.span_years is None else months_of(rule.span_years)
    demanded = demanded_minutes(rule)
    used = fullest(certain(items), lambda some: minutes_of(rule, some), months)
    minutes = minutes_of(rule, used)
    state, met_on = State.UNKNOWN, None
    if demanded is not None:
        met_on = first_day(certain(items), lambda some: minutes_of(rule, some) >= demanded, months)
        if met_on or not demanded:
            state = State.MET
        elif not first_day(possible(items), lambda some: minutes_of(rule, some) >= demanded, months):
            state = State.CANNOT_ONLINE if _in_person_minutes(rule, demanded, used) else State.OPEN
    return Result(
        **case.header(rule),
        state=state,
        have=_have(rule, minutes),
        counted=tuple(item.counted for item in used),
        not_counted=(*_left_out(rule, items, used), *(item.not_counted for item in items if not item.counts)),
        earned=minutes / HOUR_MINUTES,
        needed=rule.hours,
        next_step="" if state is State.MET else _next_step(rule, state, demanded, used),
        met_on=met_on,
    )


def items_of(rule: Hours, case: Case) -> list[Item]:
    """Return the person's training as the rule counts it."""
    return [_item(rule, training, case) for training in case.evidence.training]


def demanded_minutes(rule: Hours) -> int | None:
    """Return the minutes that are enough, or None if no number was seen."""
    if rule.hours is not None:
        return round(rule.hours * HOUR_MINUTES)
    return 1 if rule.any_number else None


def minutes_of(rule: Hours, items: Sequence[Item]) -> int:
    """Return the minutes of the items, with no more online minutes than the rule admits."""
    online = sum(item.minutes for item in items if item.is_online)
    return sum(item.minutes for item in items if not item.is_online) + min(online, _most_online(rule, online))


def _item(rule: Hours, training: Training, case: Case) -> Item:
    approved = all(is_approved(approval, training) for approval in case.approvals)
    amount = f"{counted(round(training.minutes / HOUR_MINUTES, 2), 'hour')} {training.mode.words}"
    item = Item(
        what=training.title,
        on=training.completed_on,
        proof=case.proof(training),
        amount=amount if approved else f"{amount}, if the board accepts the course",
        minutes=training.minutes,
        is_online=training.mode is not Mode.IN_PERSON,
        topics=training.topics or None,
    )
    return item.checked(
        _mode(rule, training), _degree(rule, training), _topics(rule, training), _age(rule, training, case)
    )


def _mode(rule: Hours, training: Training) -> Check:
    if training.mode is Mode.IN_PERSON or rule.online == "yes":
        return REGARDLESS
    if rule.online is None:
        return None, "Whether online hours count was not seen."
    if rule.online == "no":
        return False, "No online hours count."
    if rule.online == "live_only":
        return training.mode is Mode.LIVE_ONLINE, "Online hours count only in real time."
    return (
        (None, "A part may be online, but how large a part is not stated.") if rule.online_max is None else REGARDLESS
    )


def _degree(rule: Hours, training: Training) -> Check:
    if not training.entry_level or rule.entry_level:
        return REGARDLESS
    if rule.entry_level is None:
        return None, "Whether hours of the degree count was not seen."
    return False, "Hours of the degree don't count."


def _topics(rule: Hours, training: Training) -> Check:
    if not rule.topics or training.topics & set(rule.topics):
        return REGARDLESS
    return (
        (False, "It teaches none of the listed topics.") if training.topics else (None, "Its topics are not on record.")
    )


def _age(rule: Hours, training: Training, case: Case) -> Check:
    if rule.within_years is None:
        return REGARDLESS
    oldest = add_months(case.day, -months_of(rule.within_years))
    return training.completed_on >= oldest, f"It is older than {counted(rule.within_years, 'year')}."


def _most_online(rule: Hours, otherwise: int) -> int:
    if rule.online not in ("part", "live_only") or rule.online_max is None:
        return otherwise
    return round(rule.online_max * HOUR_MINUTES)


def _in_person_minutes(rule: Hours, demanded: int, used: Sequence[Item]) -> int:
    """Return how much of what is missing online training can no longer give."""
    missing = demanded - minutes_of(rule, used)
    if rule.online == "no":
        return missing
    online = sum(item.minutes for item in used if item.is_online)
    room = _most_online(rule, online + missing) - min(online, _most_online(rule, online))
    return max(0, missing - room)


def _left_out(rule: Hours, items: Sequence[Item], used: Sequence[Item]) -> list[NotCounted]:
    """Return what would count but for the limit of online hours or for the time span."""
    why = f"Not within {counted(rule.span_years or 0, 'year')} with the hours that count."
    left = [replace(item, why=why).not_counted for item in certain(items) if item not in used]
    online = sum(item.minutes for item in used if item.is_online)
    surplus = online - min(online, _most_online(rule, online))
    if surplus:
        what = f"{counted(round(surplus / HOUR_MINUTES, 2), 'online hour')}"
        left.append(NotCounted(what, f"At most {counted(rule.online_max or 0, 'hour')} may be online."))
    return left


def _have(rule: Hours, minutes: int) -> str:
    hours = round(minutes / HOUR_MINUTES, 2)
    if rule.hours is None:
        return counted(hours, "hour")
    return f"{number(hours)} of {counted(rule.hours, 'hour')}"


def _next_step(rule: Hours, state: State, demanded: int | None, used: Sequence[Item]) -> str:
    if demanded is None:
        return "Ask the board how many hours it demands."
    topics = " in the listed topics" if rule.topics else ""
    missing = counted(round((demanded - minutes_of(rule, used)) / HOUR_MINUTES, 2), "more hour")
    if rule.hours is None:
        missing = "training"
    if state is State.UNKNOWN:
        return f"Ask the board about the hours that may count, or complete {missing}{topics} in person."
    in_person = _in_person_minutes(rule, demanded, used)
    if in_person and in_person < demanded - minutes_of(rule, used):
        least = number(round(in_person / HOUR_MINUTES, 2))
        return f"Complete {missing}{topics}, at least {least} of them in person."
    how = " in person" if in_person else " in person or live online" if rule.online == "live_only" else ""
    how = " in person, or ask the board about online training" if rule.online is None else how
    return f"Complete {missing}{topics}{how}."
