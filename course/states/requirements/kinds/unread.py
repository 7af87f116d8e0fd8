"""A rule that exists but that nobody has read."""

from course.content.schema.law import Unread
from course.states.requirements.case import Case
from course.states.requirements.judgment import Result, State
from course.states.requirements.wording import AREAS


def judge(rule: Unread, case: Case) -> Result:
    """Return unknown, whatever the person has."""
    areas = ", ".join(AREAS[area] for area in rule.areas)
    return Result(
        **case.header(rule), state=State.UNKNOWN, have="Can't be judged", next_step=f"Ask the board about {areas}."
    )
