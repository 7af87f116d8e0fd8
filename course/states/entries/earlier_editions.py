"""Compares an edition that was stored while entries had one field for each fact with the rules of today's entry.

Only what differs in substance is reported. What the earlier fields had as free text counts as unchanged where the entry
has a rule of that kind, because the two can't be compared.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from course.content.schema.jurisdiction import Jurisdiction
from course.content.schema.law import Duty, Hours, Practice, Requirement, Sessions, walk
from course.states.entries.requirements import ABSENT
from course.states.requirements import wording

HOUR_FIELDS = {
    "total_hours": "in all",
    "didactic_hours": "didactic",
    "practical_hours": "practical",
    "in_person_hours": "in person",
}
TEXT_FIELDS = {"topics": "required_topics", "examination": "assessment", "filing": "registration"}
IN_NOTES = ("approval", "credential", "determination")  # kinds of rules that only a note could state
ANSWERS = {True: "yes", False: "no", None: "no source found"}
ONLINE = {"yes": True, "no": False, None: None}


def is_earlier(demand: Mapping[str, Any]) -> bool:
    """Return whether the stored demand has one field for each fact."""
    return "experience_years" in demand


def changes(before: Mapping[str, Any], state: Jurisdiction) -> list[list[str]]:
    """Return each difference as [label, before, after], in words. Where needling stays prohibited, nothing changed."""
    if before["status"] == state.status == "prohibited":
        return []
    rules = list(walk(state.requirements))
    found = [*_status(before, state), *_hours(before, rules), *_numbers(before, rules), *_online(before, rules)]
    return [*found, *_texts(before, rules), *_duties(before, state.duties)]


def _status(before: Mapping[str, Any], state: Jurisdiction) -> Iterator[list[str]]:
    if before["status"] != state.status:
        old = wording.STATUSES.get(before["status"], before["status"])
        yield ["status", old, wording.STATUSES[state.status]]


def _hours(before: Mapping[str, Any], rules: list[Requirement]) -> Iterator[list[str]]:
    hours = [rule for rule in rules if isinstance(rule, Hours)]
    new = {rule.hours for rule in hours if rule.hours is not None}
    old = {before[name] for name in HOUR_FIELDS if before.get(name) is not None}
    parts = sum(before[name] or 0 for name in ("didactic_hours", "practical_hours"))
    reviewed = sum(rule.hours or 0 for rule in rules if isinstance(rule, Sessions))
    sums = new | {sum(new)}
    if new <= old | {parts} and old <= sums | {one + reviewed for one in sums}:
        return
    stated = [f"{before[name]:g} hours {kind}" for name, kind in HOUR_FIELDS.items() if before.get(name) is not None]
    yield ["training", ", ".join(stated) or ABSENT, _in_words(hours)]


def _numbers(before: Mapping[str, Any], rules: list[Requirement]) -> Iterator[list[str]]:
    sessions = [rule for rule in rules if isinstance(rule, Sessions)]
    practice = [rule for rule in rules if isinstance(rule, Practice)]
    old = before.get("supervised_sessions")
    if {old} - {None} != {rule.sessions for rule in sessions} - {None}:
        yield ["supervised sessions", ABSENT if old is None else f"{old:g}", _in_words(sessions)]
    old = before.get("experience_years")
    if {old} - {None} != {rule.years for rule in practice} - {None}:
        yield ["time in practice", ABSENT if old is None else f"{old:g} years", _in_words(practice)]


def _online(before: Mapping[str, Any], rules: list[Requirement]) -> Iterator[list[str]]:
    old = before.get("online_permitted")
    new = {ONLINE.get(rule.online, rule.online) for rule in rules if isinstance(rule, Hours)} or {None}
    was_in_person = old is None and before.get("in_person_hours") is not None
    if new == {old} or (was_in_person and new <= {False, None}):
        return
    hours = [rule for rule in rules if isinstance(rule, Hours)]
    yield [
        "online training counts",
        ANSWERS[old],
        "; ".join(dict.fromkeys(map(wording.online, hours))) or ANSWERS[None],
    ]


def _texts(before: Mapping[str, Any], rules: list[Requirement]) -> Iterator[list[str]]:
    for kind, name in TEXT_FIELDS.items():
        found = [rule for rule in rules if rule.kind == kind]
        if bool(before.get(name)) != bool(found):
            old = before.get(name) or ABSENT
            yield [wording.KINDS[kind].lower(), old if isinstance(old, str) else ", ".join(old), _in_words(found)]
    for kind in IN_NOTES:
        found = [rule for rule in rules if rule.kind == kind]
        if found and not before.get("note"):
            yield [wording.KINDS[kind].lower(), ABSENT, _in_words(found)]


def _duties(before: Mapping[str, Any], duties: Iterable[Duty]) -> Iterator[list[str]]:
    by_area: dict[str, list[Duty]] = {}
    for duty in duties:
        by_area.setdefault(duty.area, []).append(duty)
    old: dict[str, str | None] = {
        "consent": _answer(before.get("written_consent"), "written consent", "no written consent"),
        "assistants": _answer(before.get("pta_permitted"), "PTAs may needle", "PTAs may not needle"),
        "adverse_events": before.get("adverse_event_reporting"),
    }
    for area in dict.fromkeys([*old, *by_area]):
        found = by_area.get(area, [])
        if bool(old.get(area)) != bool(found) or _contradicts(before, area, found):
            yield [wording.DUTIES[area].lower(), old.get(area) or ABSENT, _in_words(found)]


def _answer(value: bool | None, yes: str, no: str) -> str | None:
    return None if value is None else yes if value else no


def _contradicts(before: Mapping[str, Any], area: str, duties: list[Duty]) -> bool:
    if area == "consent":
        return before.get("written_consent") is False and any(duty.written for duty in duties)
    if area == "assistants":
        return before.get("pta_permitted") is True and any(duty.required for duty in duties)
    return False


def _in_words(rules: Iterable[Requirement] | Iterable[Duty]) -> str:
    return "; ".join(wording.demanded(rule) for rule in rules) or ABSENT
