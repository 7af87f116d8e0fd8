"""Facts -> the certificate as an accessible, archival PDF (PDF/A-3a, PDF/UA-1), made by Typst."""

import functools
import hashlib
import io
import json
from datetime import date
from pathlib import Path
from typing import Any

import segno

from course.certificates.facts import MODES, Facts, ModuleFacts, contact_hours, hours
from course.typesetting import compiler, letters

TEMPLATE = Path(__file__).parent / "template" / "certificate.typ"
MOMENT = ("year", "month", "day", "hour", "minute", "second")
ROOM_FOR_APPROVALS = 60  # letters, two lines of the front page


class NameNotPrintable(Exception):
    """The name hides something, or the fonts lack a letter of any fact; the message is a sentence that says which."""


@functools.cache
def template_version() -> str:
    """Changes whenever the template, the typesetter or a font does."""
    return hashlib.sha256(TEMPLATE.read_bytes() + compiler.edition().encode()).hexdigest()[:12]


def render(facts: Facts, credential: str) -> bytes:
    """The document's bytes with the Open Badge attached; equal facts give equal bytes.

    Raises NameNotPrintable, with the letters that the fonts lack or the name hides; nothing is printed with a box.
    """
    if hidden := letters.fault(facts.name):
        raise NameNotPrintable(hidden)
    try:
        return compiler.pdf(TEMPLATE, {"data": json.dumps(_data(facts)), "credential": credential})
    except compiler.NotPrintable as lacking:
        raise NameNotPrintable(f"The certificate's fonts have no {' '.join(lacking.letters)}.") from lacking


def _data(facts: Facts) -> dict[str, Any]:
    """What the template prints, in words. It goes in as JSON, never as markup."""
    return facts.to_json() | {
        "right_to_left": letters.is_right_to_left(facts.name),
        "completed_on": _day(facts.completed_on),
        "issued_on": _day(facts.issued_on),
        "valid_until": _day(facts.valid_until) if facts.valid_until else None,
        "issued_at": {part: getattr(facts.issued_at, part) for part in MOMENT},
        "approvals_in_short": _approvals_in_short(facts),
        "hours": hours(facts.total_minutes),
        "total_minutes": str(facts.total_minutes),
        "contact_hours": contact_hours(facts.total_minutes),
        "by_mode": [_sum(words, facts.minutes.get(mode, 0)) for mode, words in MODES.items()],
        "by_domain": [_sum(name, minutes) for name, minutes in facts.minutes_by_domain.items()],
        "modules": [_module(module) for module in facts.modules],
        "assessments": [[title, _day(on)] for title, on in facts.assessments],
        "delivery": facts.delivery,
        "awaits_review": facts.awaits_review,
        "review": facts.review_text,
        **_qr(facts.verify_url),
        "domain": facts.verify_url.split("/verify/")[0].split("://")[-1],
    }


def _module(module: ModuleFacts) -> dict[str, Any]:
    return {
        "title": module.title,
        "objectives": list(module.objectives),
        "domain": module.domain,
        "version": module.version,
        "review": "awaited" if module.review == "awaiting" else module.review,
        "minutes": str(module.minutes),
    }


def _sum(name: str, minutes: int) -> list[str]:
    return [name, str(minutes), hours(minutes)]


def _approvals_in_short(facts: Facts) -> str:
    """All approvals where they fit the front page; else those of the license's state, which its board looks for."""
    if not facts.approvals:
        return "None on record for this course"
    if len(facts.approvals_text) <= ROOM_FOR_APPROVALS:
        return facts.approvals_text
    own = [f"{a.state} {a.number}" for a in facts.approvals if a.state == facts.license_state]
    rest = len(facts.approvals) - len(own)
    return ", ".join(own) + (" and " if own else "") + f"{rest} {'more ' if own else ''}under “The record”"


def _day(value: date) -> str:
    return f"{value:%B} {value.day}, {value.year}"


def _qr(url: str) -> dict[str, Any]:
    """The code as SVG with its border of 4 modules, and its width in modules, border and all."""
    code, out = segno.make(url, error="m", micro=False), io.BytesIO()
    code.save(out, kind="svg", border=4, xmldecl=False)
    return {"qr": out.getvalue().decode(), "qr_modules": code.symbol_size(border=4)[0]}
