"""An hour is certified only once: find the module that two certificates of one person would both state."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class CertifiedHours:
    """The hours that a certificate or a request states: titles of modules by id, and when they were completed.

    `cycle_began`: when the holder began to take the course again; None in the first cycle.
    """

    modules: Mapping[str, str]
    completed_at: datetime
    cycle_began: datetime | None = None


def repeated_module(new: CertifiedHours, earlier: CertifiedHours) -> str | None:
    """Return the title of a module whose hours are the same in both; None if there is no such module.

    Modules that were completed before the cycle of `new` began were taken again in it, so their hours are different.
    """
    if new.cycle_began and earlier.completed_at <= new.cycle_began:
        return None
    return next((title for id_, title in new.modules.items() if id_ in earlier.modules), None)
