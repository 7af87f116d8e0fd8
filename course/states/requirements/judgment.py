"""The types of what the requirement engine concludes about one person under one state's law."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum

from course.content.schema.law import Area, Confidence, LawSource

GUIDANCE = "This is guidance from what we read of the law. The board decides."


class State(IntEnum):
    """Whether a requirement is met, from worst to best.

    The order is the logic of groups: all of several requirements are as good as the worst of them, one of several is
    as good as the best. So what is unknown never becomes met.
    """

    CANNOT_ONLINE = 0
    OPEN = 1
    UNKNOWN = 2
    MET = 3

    @property
    def words(self) -> str:
        """Return the state as it is printed."""
        return ("cannot be met online", "open", "unknown", "met")[self]


class Verdict(StrEnum):
    """What the law says about the person in one word. The first that applies is given."""

    PROHIBITED = "prohibited"
    PENDING = "pending"
    NOT_ASSISTANTS = "not_assistants"
    SILENT = "silent"
    LISTED = "listed"
    NOT_YET = "not_yet"
    ASK_BOARD = "ask_board"
    NOT_LICENSED = "not_licensed"
    MAY_NEEDLE = "may_needle"

    @property
    def words(self) -> str:
        """Return the verdict as it is printed."""
        return VERDICTS[self]


VERDICTS = {
    Verdict.PROHIBITED: "Prohibited",
    Verdict.PENDING: "Pending: not in force yet",
    Verdict.NOT_ASSISTANTS: "Not for assistants",
    Verdict.SILENT: "Not addressed: ask the board",
    Verdict.LISTED: "Listed; no state text seen: ask the board",
    Verdict.NOT_YET: "Not yet",
    Verdict.ASK_BOARD: "Ask the board",
    Verdict.NOT_LICENSED: "Requirements met; a license is missing",
    Verdict.MAY_NEEDLE: "May needle",
}


@dataclass(frozen=True)
class Counted:
    """Evidence that counts. `proof`: who verified it and when, or that it is the person's own statement."""

    what: str
    amount: str
    proof: str


@dataclass(frozen=True)
class NotCounted:
    """Evidence that doesn't count, or of which that is unknown, and why."""

    what: str
    why: str


@dataclass(frozen=True, kw_only=True)
class Result:
    """One requirement, judged.

    `kind`: the kind of the rule; `unread` also for an `area` of which nothing was seen. `demanded`: in a few words;
    `text`: the rule in full. `earned` of `needed`: for a bar, in hours, sessions or years. `met_on`: the first day on
    which it was met. `due_on`: the last day of a deadline, or of what will expire. `next_step`: empty once nothing is
    left to do. `parts`: of a group.
    """

    rule_id: str
    kind: str
    state: State
    demanded: str
    text: str
    have: str
    counted: tuple[Counted, ...] = ()
    not_counted: tuple[NotCounted, ...] = ()
    earned: float | None = None
    needed: float | None = None
    next_step: str = ""
    met_on: date | None = None
    due_on: date | None = None
    citation: str | None = None
    source: LawSource | None = None
    confidence: Confidence
    area: Area | None = None
    parts: tuple["Result", ...] = ()

    @property
    def is_certain(self) -> bool:
        """Return whether it is met by rules of high confidence alone."""
        if self.state is not State.MET or self.confidence != "high":
            return False
        enough = any if self.kind == "any_of" else all
        return enough(part.is_certain for part in self.parts) if self.parts else True


@dataclass(frozen=True, kw_only=True)
class Judgment:
    """What a law demands of a person on a day, and what of it is met. `headline` and `guidance` are sentences."""

    code: str
    day: date
    verdict: Verdict
    headline: str
    results: tuple[Result, ...]
    guidance: str = GUIDANCE

    @property
    def next_step(self) -> str:
        """Return the first thing to do, or an empty text: what is open comes before what is unknown."""
        return _next_step(sorted(self.results, key=lambda result: result.state is State.UNKNOWN))

    @property
    def leaves(self) -> tuple[Result, ...]:
        """Return the requirements without the groups around them."""
        return tuple(result for result in walk(self.results) if not result.parts)


def walk(results: tuple[Result, ...]) -> Iterator[Result]:
    """Yield every result, each group before its parts."""
    for result in results:
        yield result
        yield from walk(result.parts)


def _next_step(results: Sequence[Result]) -> str:
    """Return the first step, of the best alternative where there are several."""
    result = next((result for result in results if result.next_step), None)
    if result is None or not result.parts:
        return result.next_step if result else ""
    is_choice = result.kind == "any_of"
    return _next_step(sorted(result.parts, key=lambda part: part.state, reverse=True) if is_choice else result.parts)
