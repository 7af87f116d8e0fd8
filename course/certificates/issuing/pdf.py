"""Typeset the facts of a certificate as an accessible, archival PDF (PDF/A-3a, PDF/UA-1) with Typst."""

import hashlib
import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import segno

from course.certificates.issuing.facts import MODES, Facts, ModuleFacts, contact_hours, hours
from course.platform.dates import long_date
from course.platform.typesetting import compiler, letters

MOMENT_PARTS = ("year", "month", "day", "hour", "minute", "second")
MAX_FRONT_PAGE_APPROVALS = 60  # characters: two lines of the front page


class NameNotPrintable(Exception):
    """The name has a hidden character, or the fonts lack a letter of it. The message is a sentence that says which."""


@dataclass(frozen=True)
class Template:
    """A template file, and the digest of it and the files next to it. None of them ever changes."""

    path: Path
    digest: str

    @property
    def version(self) -> str:
        """A short hash of the template, its files, the Typst version and the fonts."""
        return hashlib.sha256(f"{self.digest} {compiler.edition()}".encode()).hexdigest()[:12]


_BUILT_IN_FILE = Path(__file__).parent / "template" / "certificate.typ"
BUILT_IN = Template(_BUILT_IN_FILE, hashlib.sha256(_BUILT_IN_FILE.read_bytes()).hexdigest())


def render(facts: Facts, credential: str, template: Template = BUILT_IN) -> bytes:
    """Return the document with the Open Badge attached; equal facts give equal bytes.

    Raise NameNotPrintable or BrokenTemplate, so that no letter is ever printed as a box.
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
    """Return why the name can't be printed, as a sentence; None if it can."""
    try:
        render(facts, "{}", template)
    except NameNotPrintable as why:
        return str(why)
    return None


def _data(facts: Facts) -> dict[str, Any]:
    """Return what the template prints, as text. It is passed as JSON, so a name can never act as markup."""
    return facts.to_json() | {
        "right_to_left": letters.is_right_to_left(facts.name),
        "completed_on": long_date(facts.completed_on),
        "issued_on": long_date(facts.issued_on),
        "valid_until": long_date(facts.valid_until) if facts.valid_until else None,
        "issued_at": {part: getattr(facts.issued_at, part) for part in MOMENT_PARTS},
        "approvals_in_short": _approvals_in_short(facts),
        "hours": hours(facts.total_minutes),
        "total_minutes": str(facts.total_minutes),
        "contact_hours": contact_hours(facts.total_minutes),
        "by_mode": [_sum(words, facts.minutes.get(mode, 0)) for mode, words in MODES.items()],
        "by_domain": [_sum(name, minutes) for name, minutes in facts.minutes_by_domain.items()],
        "modules": [_module(module) for module in facts.modules],
        "assessments": [[title, long_date(on)] for title, on in facts.assessments],
        "delivery": _delivery(facts),
        "hands_on": _hands_on(facts),
        "has_hands_on": facts.has_hands_on,
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
    """Return the mode; if there are several, the hours in each, since boards count hours in person separately."""
    used = {mode: minutes for mode, minutes in facts.minutes.items() if minutes and mode in MODES}
    if len(used) < 2:
        return facts.delivery
    return ", ".join(f"{hours(used[mode])} {words.lower()}" for mode, words in MODES.items() if mode in used)


def _hands_on(facts: Facts) -> dict[str, Any] | None:
    if (done := facts.hands_on) is None:
        return None
    by_topic = facts.minutes_by_lab_topic.items()
    return {
        "labs": [
            [
                lab.title,
                long_date(lab.on),
                lab.jurisdiction,
                ", ".join(lab.instructors),
                MODES[lab.mode],
                str(lab.minutes),
            ]
            for lab in done.labs
        ],
        "by_topic": [[topic, MODES[mode], str(minutes), hours(minutes)] for (mode, topic), minutes in by_topic],
        "skills": [[title, long_date(on)] for title, on in done.skills],
        "supervised_sessions": str(done.supervised_sessions),
        "determination": done.determination,
    }


def _sum(name: str, minutes: int) -> list[str]:
    return [name, str(minutes), hours(minutes)]


def _approvals_in_short(facts: Facts) -> str:
    """Return all approvals if they fit on the front page, else those of the license's state, which its board needs."""
    if not facts.approvals:
        return "None on record for this course"
    if len(facts.approvals_text) <= MAX_FRONT_PAGE_APPROVALS:
        return facts.approvals_text
    own = [f"{a.state} {a.number}" for a in facts.approvals if a.state == facts.license_state]
    rest = len(facts.approvals) - len(own)
    return ", ".join(own) + (" and " if own else "") + f"{rest} {'more ' if own else ''}under “The record”"


def qr_code(url: str) -> segno.QRCode:
    """Return the QR code of the address.

    The mask is fixed: to compare all eight takes six times as long as everything else, and readers undo any mask.
    """
    return segno.make(url, error="m", micro=False, mask=0)


def _qr(url: str) -> dict[str, Any]:
    """Return the code as SVG with a border of 4 modules, and its width in modules including the border."""
    code, out = qr_code(url), io.BytesIO()
    code.save(out, kind="svg", border=4, xmldecl=False)
    return {"qr": out.getvalue().decode(), "qr_modules": code.symbol_size(border=4)[0]}
