"""An hour is certified once: which two certificates of one person would state the same hours."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class CertifiedHours:
    """What one certificate, or a request for one, states: titles of modules by id, and when they were done.

    `cycle_began`: when the holder began to renew the course; None in the first cycle.
    """

    modules: Mapping[str, str]
    completed_at: datetime
    cycle_began: datetime | None = None


def repeated_module(new: CertifiedHours, earlier: CertifiedHours) -> str | None:
    """Return the title of a module whose hours are the same in both; None if there is no such module.

    What was completed before the cycle of `new` began was done again in that cycle, so those are other hours.
    """
    if new.cycle_began and earlier.completed_at <= new.cycle_began:
        return None
    return next((title for id_, title in new.modules.items() if id_ in earlier.modules), None)
