"""A flowchart of a response: what to do in which order, as data and as an SVG that reads from top to bottom."""

import textwrap
from html import escape
from typing import Annotated, Literal

from pydantic import Field

from course.content.base import Content, Id, ReferenceId, Text

WIDTH, LINE_HEIGHT = 360, 17  # px
BOX_LEFT, BOX_RIGHT, BOX_PADDING, BOX_GAP = 74, 354, 9, 16  # px
BOX_CHARACTERS, WHEN_CHARACTERS = 37, 8  # per line
BOX_CLASS = {"step": "f-box", "key": "f-box-2", "emergency": "f-danger"}


class Step(Content):
    """A step. `when` is shown at the time line on the left."""

    when: Text | None = None
    say: Text
    kind: Literal["step", "key", "emergency"] = "step"


class Flowchart(Content):
    """The steps of a response, in order."""

    id: Id
    title: Text
    steps: Annotated[tuple[Step, ...], Field(min_length=2)]
    caption: Text
    references: Annotated[tuple[ReferenceId, ...], Field(min_length=1)]


def svg(flow: Flowchart) -> str:
    """Return the figure: a time line on the left and a box for each step on the right."""
    inside, y, centers = [], 8.0, []
    for step in flow.steps:
        lines = textwrap.wrap(step.say, BOX_CHARACTERS)
        height = len(lines) * LINE_HEIGHT + 2 * BOX_PADDING - 3
        centers.append(y + height / 2)
        inside.append(
            f'<rect class="{BOX_CLASS[step.kind]}" x="{BOX_LEFT}" y="{y:g}" '
            f'width="{BOX_RIGHT - BOX_LEFT}" height="{height:g}" rx="6"/>'
        )
        inside += [
            _text("f-tag", BOX_LEFT + 10, y + BOX_PADDING + 11 + n * LINE_HEIGHT, line) for n, line in enumerate(lines)
        ]
        when = textwrap.wrap(step.when or "", WHEN_CHARACTERS)
        inside += [
            _text("f-tag f-quiet", 2, centers[-1] + 4 + (n - (len(when) - 1) / 2) * 13, w) for n, w in enumerate(when)
        ]
        y += height + BOX_GAP
    rail = f'<path class="f-line" d="M62 {centers[0]:g}V{centers[-1]:g}"/>'
    dots = "".join(f'<circle class="f-dot" cx="62" cy="{center:g}" r="4"/>' for center in centers)
    return (
        f'<svg viewBox="0 0 {WIDTH} {y - BOX_GAP + 8:g}" role="img" aria-label="{escape(describe(flow))}" '
        f'class="drawing" focusable="false">{rail}{dots}{"".join(inside)}</svg>'
    )


def describe(flow: Flowchart) -> str:
    """Return the figure in words: the title and the numbered steps."""
    steps = " ".join(
        f"{n}. {step.when + ': ' if step.when else ''}{step.say}" for n, step in enumerate(flow.steps, start=1)
    )
    return f"{flow.title}. {steps}"


def _text(names: str, x: float, y: float, text: str) -> str:
    return f'<text class="{names}" x="{x:g}" y="{y:g}">{escape(text)}</text>'
