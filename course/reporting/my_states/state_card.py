"""One state as a person sees it: the judgment, the renewal of the license, what to do next, and what moving changes."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from course.content.schema.jurisdiction import Jurisdiction
from course.content.schema.law import Duty
from course.states.requirements.judgment import Counted, Judgment, NotCounted, Result, State, Verdict
from course.states.requirements.renewal import RenewalProgress

T = TypeVar("T", Counted, NotCounted)
TONES = {State.MET: "ok", State.OPEN: "info", State.CANNOT_ONLINE: "danger", State.UNKNOWN: "warn"}
VERDICT_TONES = {Verdict.PROHIBITED: "danger", Verdict.NOT_ASSISTANTS: "danger", Verdict.MAY_NEEDLE: "ok"}


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """The last day to send a paper to a board. `rule_id`: of the requirement."""

    code: str
    place: str
    rule_id: str
    what: str
    due_on: date

    @property
    def key(self) -> str:
        """Return a text that is the same as long as the deadline is."""
        return f"{self.code}:{self.rule_id}:{self.due_on}"


@dataclass(frozen=True, kw_only=True)
class StateCard:
    """A place under whose law a person needles or wants to. `license`: its name; None without a license there.

    `law` and `judgment` are None for a territory: nothing is on file. `renewal`: None if its period is not known.
    """

    code: str
    place: str
    profession: str
    license: str | None
    expires_on: date | None = None
    law: Jurisdiction | None = None
    judgment: Judgment | None = None
    renewal: RenewalProgress | None = None

    @property
    def leaves(self) -> tuple[Result, ...]:
        return self.judgment.leaves if self.judgment else ()

    @property
    def counts(self) -> Counter[State]:
        """Return how many requirements are in each state."""
        return Counter(result.state for result in self.judgment.results) if self.judgment else Counter()

    @property
    def tone(self) -> str:
        return VERDICT_TONES.get(self.judgment.verdict, "warn") if self.judgment else "warn"

    @property
    def next_step(self) -> str:
        """Return what to do next: what has a deadline first, then what is open, then what is unknown."""
        steps = [result for result in unmet(self.judgment.results if self.judgment else ()) if result.next_step]
        far = date.max
        ordered = sorted(steps, key=lambda one: (one.due_on or far, one.state is State.UNKNOWN))
        return ordered[0].next_step if ordered else ""

    @property
    def deadlines(self) -> list[Deadline]:
        """Return the papers that have to be sent by a day, the next one first."""
        found = [
            Deadline(code=self.code, place=self.place, rule_id=one.rule_id, what=one.demanded, due_on=one.due_on)
            for one in self.leaves
            if one.kind == "filing" and one.due_on and one.state is not State.MET
        ]
        return sorted(found, key=lambda one: one.due_on)

    @property
    def duties(self) -> list[Duty]:
        """Return what is to be done with each patient on that day."""
        return [one for one in self.law.duties if one.is_valid(self.judgment.day)] if self.law and self.judgment else []

    @property
    def not_online(self) -> list[Result]:
        """Return what no online course can give."""
        return [result for result in self.leaves if result.state is State.CANNOT_ONLINE]


def unmet(results: Iterable[Result]) -> Iterator[Result]:
    """Yield what is not met. Of one of several that are enough, the best one comes alone."""
    for result in results:
        if result.state is State.MET:
            continue
        if result.kind == "any_of" and result.parts:
            yield from unmet([max(result.parts, key=lambda part: part.state)])
        elif result.parts:
            yield from unmet(result.parts)
        else:
            yield result


@dataclass(frozen=True, kw_only=True)
class Move:
    """What changes with a license in another state. `counts`: evidence that counts there. `lost`: evidence that
    doesn't, with the reason. `new`: what is demanded there and not met.
    """

    counts: tuple[Counted, ...]
    lost: tuple[NotCounted, ...]
    new: tuple[Result, ...]


def move(target: Judgment) -> Move:
    """Return what a person's evidence is worth in the other state."""
    counted = _unique(one for leaf in target.leaves for one in leaf.counted)
    names = {one.what for one in counted}
    lost = _unique(one for leaf in target.leaves for one in leaf.not_counted if one.what not in names)
    return Move(counts=tuple(counted), lost=tuple(lost), new=tuple(unmet(target.results)))


def _unique(items: Iterable[T]) -> list[T]:
    return list({one.what: one for one in items}.values())
