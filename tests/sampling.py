"""How often a test repeats itself: a few times in `./test`, every time in `./test --all`."""

from collections.abc import Iterable
from typing import TypeVar

V = TypeVar("V")
_everything = False


def run_everything(wanted: bool) -> None:
    """Set at the start of pytest, before any test is collected."""
    global _everything  # because decorators ask before there is a fixture
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
