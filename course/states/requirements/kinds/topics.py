"""Topics that the training has to cover."""

from collections.abc import Sequence
from dataclasses import replace

from course.content.schema.law import Hours, Topics
from course.states.requirements.calendar_time import months_of
from course.states.requirements.case import Case
from course.states.requirements.judgment import Counted, Result, State
from course.states.requirements.kinds import hours
from course.states.requirements.tally import Item, certain, first_day, possible
from course.states.requirements.wording import counted


def judge(rule: Topics, case: Case) -> Result:
    """Return which topics are covered by training that counts for the hours next to this rule."""
    demanded = frozenset(rule.topics)
    neighbors = case.neighbors(rule)
    items = case.dated(rule, _items(neighbors or [hours.ANY_TRAINING], case))
    months = min((months_of(one.span_years) for one in neighbors if one.span_years), default=None)
    met_on = first_day(certain(items), lambda some: demanded <= _covered(some), months)
    covered = _covered(certain(items)) & demanded
    missing = [name for name in rule.topics if name not in covered]
    return Result(
        **case.header(rule),
        state=(state := _state(rule, items, met_on, neighbors)),
        have=f"{len(covered)} of {counted(len(demanded), 'topic')}",
        counted=tuple(_counted(name, certain(items)) for name in rule.topics if name in covered),
        not_counted=tuple(item.not_counted for item in items if not item.counts),
        earned=len(covered),
        needed=len(demanded),
        next_step=_next_step(state, missing),
        met_on=met_on if state is State.MET else None,
    )


def _state(rule: Topics, items: Sequence[Item], met_on: object, neighbors: Sequence[Hours]) -> State:
    if met_on:
        return State.MET if rule.is_complete else State.UNKNOWN
    if set(rule.topics) <= _covered([_generous(item, rule) for item in possible(items)]):
        return State.UNKNOWN
    is_in_person = neighbors and all(one.online == "no" for one in neighbors)
    return State.CANNOT_ONLINE if is_in_person else State.OPEN


def _items(neighbors: Sequence[Hours], case: Case) -> list[Item]:
    """Return the person's training, each as the rule for hours that suits it best counts it."""
    by_rule = [hours.items_of(one.model_copy(update={"topics": ()}), case) for one in neighbors]
    return [
        max(same, key=lambda item: (item.counts is True, item.counts is None)) for same in zip(*by_rule, strict=True)
    ]


def _generous(item: Item, rule: Topics) -> Item:
    """Return the item as if it taught every topic, if its topics are not on record."""
    return replace(item, topics=frozenset(rule.topics)) if item.topics is None else item


def _covered(items: Sequence[Item]) -> frozenset[str]:
    return frozenset().union(*(item.topics or () for item in items))


def _counted(topic: str, items: Sequence[Item]) -> Counted:
    """Return the topic with the first training that covers it."""
    first = next(item for item in items if topic in (item.topics or ()))
    return Counted(_words(topic), first.what, first.proof)


def _words(topic: str) -> str:
    return topic.replace("-", " ").capitalize()


def _next_step(state: State, missing: Sequence[str]) -> str:
    if state is State.MET:
        return ""
    if not missing:
        return "Ask the board for the whole list of topics."
    topics = ", ".join(topic.replace("-", " ") for topic in missing)
    if state is State.UNKNOWN:
        return f"Find out whether your training covered and counts for: {topics}."
    return f"Take training in: {topics}."
