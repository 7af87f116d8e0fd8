"""Draw the picture of a badge with Typst and embed the badge in it. Equal facts give equal bytes."""

import functools
import json
from pathlib import Path
from typing import Literal

from course.certificates.credentials import baking
from course.certificates.issuing.facts import Facts, contact_hours
from course.platform.typesetting import compiler

TEMPLATE = Path(__file__).parent / "template" / "badge.typ"
PIXELS_PER_INCH = 90.0  # 600 pixels wide


@functools.lru_cache(64)
def _drawn(kind: Literal["png", "svg"], title: str, hours: str, provider: str) -> bytes:
    data = json.dumps({"title": title, "hours": hours, "provider": provider})
    (drawn,) = compiler.pictures(TEMPLATE, {"data": data}, ppi=PIXELS_PER_INCH, kind=kind)
    return drawn


def baked_png(facts: Facts, credential: str) -> bytes:
    """Return the picture as PNG, 600 pixels wide, with the Open Badge in it."""
    return baking.into_png(_drawn("png", *_words(facts)), credential)


def baked_svg(facts: Facts, credential: str) -> bytes:
    """Return the picture as SVG with the Open Badge in it."""
    return baking.into_svg(_drawn("svg", *_words(facts)).decode(), credential).encode()


def _words(facts: Facts) -> tuple[str, str, str]:
    """Return course, hours and provider. Nothing is personal, so one drawing serves everyone with the same course."""
    return facts.course_title, contact_hours(facts.total_minutes), facts.provider_name
