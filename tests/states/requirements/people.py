"""Ready-made people under the law of a state: people.yaml is what they can show."""

from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

from course.content.schema.jurisdiction import Jurisdiction
from course.content.source import Problems, parse
from course.platform.config import ROOT
from course.states.requirements.engine import judge
from course.states.requirements.evidence_file import EvidenceFile, evidence_of
from course.states.requirements.judgment import walk

DAY = date(2026, 12, 1)
PLACEHOLDER = "XX"


def read(path: Path):
    return parse(path.read_text(), path.name, Problems()).data


PEOPLE = {
    name: evidence_of(EvidenceFile.model_validate(person))
    for name, person in read(Path(__file__).with_name("people.yaml")).items()
}
LAW = {
    entry["code"]: Jurisdiction.model_validate(entry) for entry in read(ROOT / "modules/jurisdictions.yaml")["states"]
}


@cache
def judged(code, name):
    """Return what the state's law answers to the person."""
    return of(code, PEOPLE[name], whole=True)


def of(code, person, *, whole=False):
    """Return the results for somebody in this state by the ids of the rules, or the whole judgment."""
    judgment = judge(LAW[code], code, here(code, person), DAY, profession=person.licenses[0].profession)
    return judgment if whole else {result.rule_id: result for result in walk(judgment.results)}


def here(code, person):
    """Return the person with the state in place of XX."""
    return replace(
        person,
        licenses=tuple(_moved(one, code) for one in person.licenses),
        practice=tuple(_moved(one, code) for one in person.practice),
        sessions=tuple(replace(one, supervisor=_moved(one.supervisor, code)) for one in person.sessions),
    )


def _moved(fact, code):
    return replace(fact, jurisdiction=code) if fact.jurisdiction == PLACEHOLDER else fact
