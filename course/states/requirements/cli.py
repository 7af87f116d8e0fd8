"""`./run states check` judges a person who is described in a file. It needs no database."""

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import NoReturn

import click

from course.content.schema.catalog import Catalog
from course.content.schema.law import Filing, walk
from course.content.source import Document, Problems, read_text
from course.states.requirements import evidence_file, report
from course.states.requirements.engine import judge
from course.states.requirements.evidence_file import EvidenceFile


def check_command(read: Callable[[], Catalog]) -> click.Command:
    """Return the command. `read` returns the content."""

    @click.command("check", help="Print what a state demands of a person, what counts and what is missing.")
    @click.option("--evidence", required=True, type=click.Path(path_type=Path), help="The person's file.")
    @click.option("--on", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The day to judge, YYYY-MM-DD.")
    @click.option("--state", help="The code of one state; without it, each state of a license.")
    @click.option("--json", "as_json", is_flag=True, help="Print JSON for other programs.")
    def check(evidence: Path, on: datetime, state: str | None, as_json: bool) -> None:
        catalog = read()
        person = _person(evidence, catalog)
        licensed = dict.fromkeys(one.state for one in person.licenses)
        codes = [state.upper()] if state else [code for code in licensed if code in catalog.jurisdictions]
        if state and codes[0] not in catalog.jurisdictions:
            _fail(f"There is no entry for {state}. Use the two letters of a state or DC.")
        if not codes:
            _fail(
                f"{evidence}: there is no license in a state. Add one under licenses, or choose a state with --state."
            )
        _print(person, codes, catalog, on.date(), as_json=as_json)

    return check


def _print(person: EvidenceFile, codes: list[str], catalog: Catalog, day: date, *, as_json: bool) -> None:
    evidence = evidence_file.evidence_of(person)
    states = [catalog.jurisdictions[code] for code in codes]
    judged = [
        (judge(law, law.code, evidence, day, profession=evidence_file.profession_in(person, law.code)), law.name)
        for law in states
    ]
    if as_json:
        document = {"on": day.isoformat(), "states": [report.data(judgment, name) for judgment, name in judged]}
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        click.echo("\n\n".join(report.text(judgment, name) for judgment, name in judged))


def _person(path: Path, catalog: Catalog) -> EvidenceFile:
    """Return what the file says. Print its problems and exit with code 1 if there are any."""
    if not path.is_file():
        _fail(f"{path}: there is no such file.")
    problems = Problems()
    text = read_text(path, str(path), problems)
    found = None if text is None else evidence_file.read(text, str(path), problems)
    if found:
        _check_names(*found, catalog, problems)
    if problems.found or not found:
        _fail("\n".join(str(problem) for problem in sorted(problems.found)))
    return found[1]


def _check_names(document: Document, person: EvidenceFile, catalog: Catalog, problems: Problems) -> None:
    """Add a problem for each topic, and for each requirement of a filing, that does not exist."""
    for n, training in enumerate(person.training):
        for k, topic in enumerate(training.topics):
            if topic not in catalog.topics:
                line = document.line(["training", n, "topics", k])
                problems.add(document.file, line, f"{topic} is not a topic", "use an id of modules/topics.yaml")
    for n, filing in enumerate(person.filings):
        law = catalog.jurisdictions.get(filing.state)
        ids = [rule.id for rule in walk(law.requirements) if isinstance(rule, Filing)] if law else []
        if filing.requirement not in ids:
            line = document.line(["filings", n, "requirement"])
            remedy = f"use one of {', '.join(ids)}" if ids else "remove it"
            problems.add(document.file, line, f"{filing.state} asks for no filing {filing.requirement}", remedy)


def _fail(words: str) -> NoReturn:
    click.echo(words, err=True)
    raise SystemExit(1)
