"""A response as data: what to do in which order -> an SVG that reads from above down."""

import textwrap
from html import escape
from typing import Annotated, Literal

from pydantic import Field

from course.content.base import Content, Id, ReferenceId, Text

TOTAL, LEFT, RIGHT, LINE = 360, 74, 354, 17  # px
PAD, BETWEEN = 9, 16
BOX = {"step": "f-box", "key": "f-box-2", "emergency": "f-danger"}


class Step(Content):
    """`when` stands at the time line."""

    when: Text | None = None
    say: Text
    kind: Literal["step", "key", "emergency"] = "step"


class Flowchart(Content):
    id: Id
    title: Text
    steps: Annotated[tuple[Step, ...], Field(min_length=2)]
    caption: Text
    references: Annotated[tuple[ReferenceId, ...], Field(min_length=1)]


def svg(flow: Flowchart) -> str:
    """The figure: a time line on the left, a box for each step on the right."""
    inside, y, centers = [], 8.0, []
    for step in flow.steps:
        lines = textwrap.wrap(step.say, 37)
        tall = len(lines) * LINE + 2 * PAD - 3
        centers.append(y + tall / 2)
        inside.append(
            f'<rect class="{BOX[step.kind]}" x="{LEFT}" y="{y:g}" width="{RIGHT - LEFT}" height="{tall:g}" rx="6"/>'
        )
        inside += [_text("f-tag", LEFT + 10, y + PAD + 11 + n * LINE, line) for n, line in enumerate(lines)]
        when = textwrap.wrap(step.when or "", 8)
        inside += [
            _text("f-tag f-quiet", 2, centers[-1] + 4 + (n - (len(when) - 1) / 2) * 13, w) for n, w in enumerate(when)
        ]
        y += tall + BETWEEN
    rail = f'<path class="f-line" d="M62 {centers[0]:g}V{centers[-1]:g}"/>'
    dots = "".join(f'<circle class="f-dot" cx="62" cy="{center:g}" r="4"/>' for center in centers)
    return (
        f'<svg viewBox="0 0 {TOTAL} {y - BETWEEN + 8:g}" role="img" aria-label="{escape(describe(flow))}" '
        f'class="drawing" focusable="false">{rail}{dots}{"".join(inside)}</svg>'
    )


def describe(flow: Flowchart) -> str:
    steps = " ".join(
        f"{n}. {step.when + ': ' if step.when else ''}{step.say}" for n, step in enumerate(flow.steps, start=1)
    )
    return f"{flow.title}. {steps}"


def _text(names: str, x: float, y: float, text: str) -> str:
    return f'<text class="{names}" x="{x:g}" y="{y:g}">{escape(text)}</text>'
