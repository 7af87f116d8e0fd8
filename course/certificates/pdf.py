"""Facts -> the certificate as an accessible, archival PDF (PDF/A-2a, PDF/UA-1), made by Typst."""

import functools
import hashlib
import io
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import segno
import typst

from course.certificates.facts import MODES, Facts, contact_hours, hours

TEMPLATE = Path(__file__).parent / "template" / "certificate.typ"


class NameNotPrintable(Exception):
    """The fonts lack a letter. Under these standards Typst refuses rather than print an empty box."""


@functools.cache
def template_version() -> str:
    """Changes whenever the template or the typesetter does."""
    return hashlib.sha256(TEMPLATE.read_bytes() + version("typst").encode()).hexdigest()[:12]


@functools.cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False)


def render(facts: Facts) -> bytes:
    """The document's bytes; equal facts give equal bytes. Raises NameNotPrintable."""
    try:
        return typst.compile(
            TEMPLATE.read_bytes(),
            format="pdf",
            sys_inputs={"data": json.dumps(_data(facts))},
            font_paths=_fonts(),
            pdf_standards=["a-2a", "ua-1"],
        )
    except typst.TypstError as error:
        if "could not be displayed" in str(error) or "glyph" in str(error):
            raise NameNotPrintable(facts.name) from error
        raise


def _data(facts: Facts) -> dict[str, Any]:
    """What the template prints, in words. It goes in as JSON, never as markup."""
    return facts.to_json() | {
        "completed_on": _day(facts.completed_on),
        "issued_on": _day(facts.issued_on),
        "date": [facts.issued_at.year, facts.issued_at.month, facts.issued_at.day],
        "hours": hours(facts.total_minutes),
        "contact_hours": contact_hours(facts.total_minutes),
        "hours_by_mode": [[words, hours(facts.minutes.get(mode, 0))] for mode, words in MODES.items()],
        "hours_by_domain": [[name, hours(minutes)] for name, minutes in facts.minutes_by_domain.items()],
        "modules": [
            {"title": m.title, "domain": m.domain, "version": m.version, "hours": hours(m.minutes),
             "objectives": list(m.objectives), "digest": m.digest[:16]}
            for m in facts.modules
        ],
        "assessments": [[title, _day(on)] for title, on in facts.assessments],
        "delivery": facts.delivery,
        "awaits_review": facts.awaits_review,
        "qr": _qr(facts.verify_url),
        "domain": facts.verify_url.split("/verify/")[0].split("://")[-1],
    }  # fmt: skip


def _day(value: Any) -> str:
    return f"{value:%B} {value.day}, {value.year}"


def _qr(url: str) -> str:
    out = io.BytesIO()
    segno.make(url, error="m", micro=False).save(out, kind="svg", border=4, scale=4, xmldecl=False)
    return out.getvalue().decode()
