"""A law and evidence for tests of the requirement engine, made of a few words."""

import re
from datetime import date

from pydantic import TypeAdapter

from course.content.schema.hours import Mode
from course.content.schema.law import Area, Law, Requirement
from course.platform.config import ROOT
from course.states.requirements.engine import judge
from course.states.requirements.evidence import Evidence, HeldLicense, SupervisorFacts, Training, TreatmentSession

DOCUMENT = (ROOT / "docs/states.md").read_text()
DAY = date(2026, 12, 1)
ONLINE, LIVE, IN_PERSON = Mode.SELF_PACED_ONLINE, Mode.LIVE_ONLINE, Mode.IN_PERSON
STATUTE = {"id": "statute", "url": "https://law.example", "title": "Code", "kind": "primary", "as_of": None}
STATUTE |= {"read_on": DAY, "read": "All of it."}
RENEWAL = {"hours": 30, "period_years": 2, "hour_minutes": 60, "confidence": "high"}
LICENSE = HeldLicense(jurisdiction="FL", profession="PT", first_licensed=date(2020, 1, 1))
SUPERVISOR = SupervisorFacts(name="Kim Lee", profession="physical therapist", jurisdiction="FL", needling_years=5)


def fields(kind, rule_id=None, **more):
    return {
        "id": rule_id or kind.replace("_", "-"),
        "kind": kind,
        "text": "In full.",
        "source": "statute",
        "confidence": "high",
    } | more


def rule(kind, rule_id=None, **more):
    return TypeAdapter(Requirement).validate_python(fields(kind, rule_id, **more))


def law(*requirements, **more):
    """Return a law that demands this and, so its texts say, nothing in any area that the rules don't name."""
    named = {one["kind"] for one in requirements} | {
        part["kind"] for one in requirements for part in one.get("parts", ())
    }
    absences = [
        {"id": f"no-{area}", "area": area, "text": "Nothing.", "source": "statute", "confidence": "high"}
        for area in Area
        if area not in named
    ]
    entry = {
        "status": "permitted",
        "basis": "statute",
        "reading": "whole",
        "citation": "Code 1",
        "summary": "You may needle.",
        "effective": None,
        "confidence": "high",
        "requirements": requirements,
        "absences": absences,
        "duties": [],
        "renewal": RENEWAL,
        "conflicts": [],
        "pending": [],
        "not_seen": [],
        "sources": [STATUTE],
    }
    return Law.model_validate(entry | more)


def result(requirement, evidence, *others, day=DAY, code="FL"):
    """Return the result of the first requirement."""
    return judge(law(requirement, *others), code, evidence, day).results[0]


def training(hours, mode=IN_PERSON, on=date(2026, 6, 1), **more):
    return Training(title="Course", provider="Needlewise", mode=mode, minutes=int(hours * 60), completed_on=on, **more)


def trained(*trainings):
    return Evidence(training=trainings)


def session(on=date(2026, 6, 1), supervisor=SUPERVISOR, confirmed="Kim Lee", **more):
    return TreatmentSession(on=on, minutes=45, supervisor=supervisor, verified_by=confirmed, **more)


def yaml_of_the_document(first_line):
    """Return the YAML example of docs/states.md that begins with the line."""
    return next(block for block in re.findall(r"(?s)```yaml\n(.*?)```", DOCUMENT) if block.startswith(first_line))
