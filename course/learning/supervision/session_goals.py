"""How far a log goes toward the supervised sessions that a state asks for, and whether a supervisor fits its rule."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from course.content.schema.law import Area, Law, Sessions
from course.states.requirements.case import Case
from course.states.requirements.evidence import Evidence, SupervisorFacts, TreatmentSession
from course.states.requirements.judgment import Result
from course.states.requirements.kinds import JUDGES
from course.states.requirements.supervisors import shortfalls, unanswered

Profession = Literal["PT", "PTA"]
NO_LAW = "No law of this place is on file. Ask its board."
NOT_SEEN = "We saw no rule on supervised sessions, and no text that asks for none. Ask the board."


@dataclass(frozen=True, kw_only=True)
class SessionGoals:
    """`results`: of each rule on sessions. `note`: what is known where there is no such rule. `has_order`: whether
    the state also asks for something that comes before the sessions; the results don't take it into account.
    """

    code: str
    results: tuple[Result, ...]
    note: str
    has_order: bool


@dataclass(frozen=True, kw_only=True)
class SupervisorVerdict:
    """Where a supervisor falls short of one rule, and what can't be judged. Both are sentences."""

    code: str
    shortfalls: tuple[str, ...]
    unanswered: tuple[str, ...]


def goals_of(
    law: Law | None, code: str, profession: Profession, sessions: Sequence[TreatmentSession], day: date
) -> SessionGoals:
    """Return what the state asks for and what of the log counts. `law` None: nothing is on file."""
    if law is None:
        return SessionGoals(code=code, results=(), note=NO_LAW, has_order=False)
    case = _case(law, code, profession, sessions, day)
    rules = _rules(case)
    absence = next((one for one in law.absences if one.area is Area.SESSIONS and one.is_valid(day)), None)
    note = "" if rules else absence.text if absence else NOT_SEEN
    results = tuple(case.result(rule) for rule in rules)
    return SessionGoals(code=code, results=results, note=note, has_order=any(rule.after for rule in rules))


def verdicts_on(
    law: Law | None, code: str, profession: Profession, facts: SupervisorFacts, day: date
) -> list[SupervisorVerdict]:
    """Return how the supervisor compares with each of the state's rules on sessions."""
    if law is None:
        return []
    return [
        SupervisorVerdict(
            code=code,
            shortfalls=shortfalls(rule.supervisor, facts, license_state=code),
            unanswered=unanswered(rule.supervisor, facts),
        )
        for rule in _rules(_case(law, code, profession, (), day))
    ]


def _case(law: Law, code: str, profession: Profession, sessions: Sequence[TreatmentSession], day: date) -> Case:
    evidence = Evidence(sessions=tuple(sessions))
    return Case(law=law, code=code, evidence=evidence, day=day, profession=profession, judges=JUDGES, has_order=False)


def _rules(case: Case) -> list[Sessions]:
    return [rule for rule in case.rules.values() if isinstance(rule, Sessions)]
