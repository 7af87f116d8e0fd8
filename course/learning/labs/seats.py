"""Who has a place in a lab, and who waits for one."""

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def seated(in_order: Sequence[T], capacity: int) -> Sequence[T]:
    """Return who is in: the first to sign up, as many as there are places."""
    return in_order[:capacity]


def waiting(in_order: Sequence[T], capacity: int) -> Sequence[T]:
    """Return who waits, the next one first."""
    return in_order[capacity:]
