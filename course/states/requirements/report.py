"""A judgment as text for a terminal, and as data for other programs."""

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Any

from course.platform.dates import long_date
from course.states.requirements.judgment import Judgment, Result, State
from course.states.requirements.wording import KINDS

WIDTH = 80
STATE_WIDTH = max(len(state.words) for state in State) + 2
INDENT = 2


def text(judgment: Judgment, name: str) -> str:
    """Return the judgment as lines of at most 80 characters: a column of states, a column of requirements."""
    lines = wrap(f"{name} ({judgment.code}) on {long_date(judgment.day)}: {judgment.verdict.words}", WIDTH)
    lines += wrap(judgment.headline, WIDTH)
    for result in judgment.results:
        lines += ["", *_lines(result, 0, has_choice=False)]
    lines += ["", *wrap(judgment.guidance, WIDTH)]
    return "\n".join(lines)


def data(judgment: Judgment, name: str) -> dict[str, Any]:
    """Return the judgment as docs/states.md describes it: plain values, dates as YYYY-MM-DD."""
    return {
        "code": judgment.code,
        "name": name,
        "on": judgment.day.isoformat(),
        "verdict": judgment.verdict.value,
        "headline": judgment.headline,
        "next_step": judgment.next_step,
        "guidance": judgment.guidance,
        "results": [_data(result) for result in judgment.results],
    }


def _lines(result: Result, depth: int, *, has_choice: bool) -> Iterator[str]:
    """Yield the lines of one result. `has_choice`: an alternative is met already, so nothing is left to do."""
    label = KINDS[result.kind] if result.parts else f"{KINDS[result.kind]}: {result.demanded}"
    left = result.state.words.ljust(STATE_WIDTH)
    for line in _wrapped(label, depth):
        yield left + line
        left = " " * STATE_WIDTH
    details = [] if result.parts else [f"Have: {result.have}.", *_evidence(result)]
    details += [f"Next: {result.next_step}"] if result.next_step and not result.parts and not has_choice else []
    details += [f"Due: {long_date(result.due_on)}."] if result.due_on else []
    details += [f"Source: {result.citation} ({result.confidence} confidence)."] if result.citation else []
    for detail in details:
        for line in _wrapped(detail, depth):
            yield left + line
    for part in result.parts:
        is_done = has_choice or (result.kind == "any_of" and result.state is State.MET)
        yield from _lines(part, depth + 1, has_choice=is_done)


def _evidence(result: Result) -> list[str]:
    return [f"+ {one.what}{f', {one.amount}' if one.amount else ''} ({one.proof})" for one in result.counted] + [
        f"- {one.what}: {one.why}" for one in result.not_counted
    ]


def _wrapped(words: str, depth: int) -> Sequence[str]:
    lead = " " * INDENT * depth
    hanging = lead + (" " * INDENT if words[:2] in ("+ ", "- ") else "")
    return wrap(words, WIDTH - STATE_WIDTH, initial_indent=lead, subsequent_indent=hanging)


def _data(result: Result) -> dict[str, Any]:
    source = result.source
    return {
        "id": result.rule_id,
        "kind": result.kind,
        "area": result.area and result.area.value,
        "state": result.state.name.lower(),
        "demanded": result.demanded,
        "text": result.text,
        "have": result.have,
        "earned": result.earned,
        "needed": result.needed,
        "counted": [{"what": one.what, "amount": one.amount, "proof": one.proof} for one in result.counted],
        "not_counted": [{"what": one.what, "why": one.why} for one in result.not_counted],
        "next_step": result.next_step,
        "met_on": result.met_on and result.met_on.isoformat(),
        "due_on": result.due_on and result.due_on.isoformat(),
        "citation": result.citation,
        "source": source and {"url": source.url, "title": source.title, "read_on": source.read_on.isoformat()},
        "confidence": result.confidence,
        "parts": [_data(part) for part in result.parts],
    }
