"""Facts -> the certificate as an accessible, archival PDF (PDF/A-3a, PDF/UA-1), made by Typst."""

import hashlib
import io
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import segno

from course.certificates.issuing.facts import MODES, Facts, ModuleFacts, contact_hours, hours
from course.platform.typesetting import compiler, letters

MOMENT = ("year", "month", "day", "hour", "minute", "second")
ROOM_FOR_APPROVALS = 60  # letters, two lines of the front page


class NameNotPrintable(Exception):
    """The name hides something, or the fonts lack a letter of it; the message is a sentence that says which."""


@dataclass(frozen=True)
class Template:
    """A file that never changes. `version` changes with the template, the files next to it, Typst or a font."""

    path: Path
    digest: str

    @property
    def version(self) -> str:
        return hashlib.sha256(f"{self.digest} {compiler.edition()}".encode()).hexdigest()[:12]


_BUILT_IN_FILE = Path(__file__).parent / "template" / "certificate.typ"
BUILT_IN = Template(_BUILT_IN_FILE, hashlib.sha256(_BUILT_IN_FILE.read_bytes()).hexdigest())


def render(facts: Facts, credential: str, template: Template = BUILT_IN) -> bytes:
    """Return the document with the Open Badge attached; equal facts give equal bytes.

    Raise NameNotPrintable or BrokenTemplate. No letter is ever printed as a box.
    """
    if hidden := letters.fault(facts.name):
        raise NameNotPrintable(hidden)
    try:
        return compiler.pdf(template.path, _inputs(facts, credential))
    except compiler.NotPrintable as lacking:
        missing = f"fonts have no {letters.named(lacking.letters)}"
        if not any(letter in facts.name for letter in lacking.letters):
            raise compiler.BrokenTemplate(f"the {missing}") from lacking
        raise NameNotPrintable(f"The certificate's {missing}.") from lacking


def pages(facts: Facts, credential: str, template: Template, *, ppi: float) -> list[bytes]:
    """Return each page as PNG. Raise BrokenTemplate."""
    return compiler.pictures(template.path, _inputs(facts, credential), ppi=ppi)


def _inputs(facts: Facts, credential: str) -> dict[str, str]:
    return {"data": json.dumps(_data(facts)), "credential": credential}


def refusal(facts: Facts, template: Template = BUILT_IN) -> str | None:
    """Return why the name can't be printed, in a sentence; None if it can."""
    try:
        render(facts, "{}", template)
    except NameNotPrintable as why:
        return str(why)
    return None


def _data(facts: Facts) -> dict[str, Any]:
    """Return what the template prints, in words. It is passed as JSON, never as markup."""
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
        "delivery": _delivery(facts),
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


def _delivery(facts: Facts) -> str:
    """The mode; of several, the hours in each, since boards count what was done in person for itself."""
    used = {mode: minutes for mode, minutes in facts.minutes.items() if minutes and mode in MODES}
    if len(used) < 2:
        return facts.delivery
    return ", ".join(f"{hours(used[mode])} {words.lower()}" for mode, words in MODES.items() if mode in used)


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


def qr_code(url: str) -> segno.QRCode:
    """The mask is given: to weigh all eight takes six times as long as the rest, and readers undo any of them."""
    return segno.make(url, error="m", micro=False, mask=0)


def _qr(url: str) -> dict[str, Any]:
    """The code as SVG with its border of 4 modules, and its width in modules, border and all."""
    code, out = qr_code(url), io.BytesIO()
    code.save(out, kind="svg", border=4, xmldecl=False)
    return {"qr": out.getvalue().decode(), "qr_modules": code.symbol_size(border=4)[0]}
