"""When a skill is passed, and which moment a sign-off counts from."""

from collections.abc import Collection
from datetime import datetime, timedelta

from course.content.schema.skill import Rubric

MAX_DELAY = timedelta(days=60)  # how long a device may keep a sign-off; older moments come from a wrong clock


def is_passed(rubric: Rubric, steps: Collection[int], errors: Collection[int]) -> bool:
    """Return whether every step was seen and no critical error was made."""
    return not errors and set(steps) == set(range(len(rubric.steps)))


def is_possible(rubric: Rubric, steps: Collection[int], errors: Collection[int]) -> bool:
    """Return whether the rubric has all of these steps and errors."""
    return set(steps) <= set(range(len(rubric.steps))) and set(errors) <= set(range(len(rubric.critical_errors)))


def moment(by_device: datetime | None, received: datetime) -> datetime:
    """Return when it was signed: by the device's clock, unless that can't be right; then when it arrived."""
    if by_device is None or not received - MAX_DELAY <= by_device <= received:
        return received
    return by_device
