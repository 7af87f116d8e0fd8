"""How often tests repeat themselves: a few times in `./test`, every time in `./test --all`."""

from collections.abc import Iterable
from typing import TypeVar

V = TypeVar("V")
_everything = False


def run_everything(wanted: bool) -> None:
    """Set the mode. Pytest calls this when it starts, before it collects any test."""
    global _everything  # decorators need it, and they run before any fixture
    _everything = wanted


def sample(values: Iterable[V], few: int) -> list[V]:
    """Return all values with --all; otherwise `few` of them, evenly spread from the first to the last."""
    listed = list(values)
    if _everything or len(listed) <= few:
        return listed
    return [listed[round(n * (len(listed) - 1) / max(1, few - 1))] for n in range(few)]


def times(count: int, few: int) -> int:
    """Return how often to repeat: `count` times with --all, otherwise `few` times."""
    return count if _everything else few
