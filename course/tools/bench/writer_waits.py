"""Measure the longest wait of another writer during each of the five ways to issue a certificate."""

import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from flask import Flask
from sqlalchemy import select

from course.certificates.backdating import actions as backdating
from course.certificates.backdating import queries as backdating_queries
from course.certificates.corrections import actions as corrections
from course.certificates.issuing import issuing
from course.certificates.issuing.models import Certificate, Correction, Request, RequestState
from course.certificates.rescoring import actions as rescoring
from course.certificates.rescoring.models import CertificateQuestion, Rescoring
from course.people.accounts import queries as accounts
from course.people.accounts.models import User
from course.people.accounts.name_parts import NameParts
from course.platform import clock, db
from course.platform.db import unit_of_work
from course.site import site_of
from course.tools import demo

SAMPLES_PER_WAY = 7  # the first is discarded, because the first call in a process is slower
BARE_COMMITS = 20
PROOF = b"%PDF-1.7\n1 0 obj\n<</Type/Catalog>>\nendobj\ntrailer\n<</Size 2/Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
NAME = NameParts("Robin", "Right")
Waits = Mapping[str, Sequence[float]]  # the longest waits in milliseconds, by what was done during them
Act = Callable[[], object]
Prepare = Callable[[Request, datetime], Act]


def measure(app: Flask) -> Waits:
    """Return the longest waits. The app has an empty SQLite database."""
    everyone = SAMPLES_PER_WAY * len(WAYS)
    demo.populate(app, everyone, now=clock.now(), progress=lambda: None, stage="waiting")
    with app.app_context():
        requests = list(db.session.scalars(select(Request.id).filter_by(state=RequestState.WAITING)))
        db.release()
    path, waits = str(site_of(app).engines.writing.url.database), {}
    with _probe(path) as longest_wait:
        for number, (name, prepare) in enumerate(WAYS.items()):
            own = requests[number * SAMPLES_PER_WAY : (number + 1) * SAMPLES_PER_WAY]
            waits[name] = [_wait_during(app, prepare, id_, longest_wait) for id_ in own][1:]
    return waits


def _wait_during(app: Flask, prepare: Prepare, id_: int, longest: Callable[[], float]) -> float:
    with app.app_context():
        act = prepare(db.session.get_one(Request, id_), clock.now())
        db.release()
        longest()  # discards the waits during the preparation
        act()
        return longest()


@contextmanager
def _probe(path: str) -> Iterator[Callable[[], float]]:
    script = str(Path(__file__).with_name("writer_probe.py"))
    command = [sys.executable, script, path]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdin
        assert process.stdout
        asked, answers = process.stdin, process.stdout

        def longest() -> float:
            asked.write("\n")
            asked.flush()
            return float(answers.readline())

        yield longest


def _bare_commits(request: Request, _now: datetime) -> Act:
    """Change one row, for comparison. It is repeated, so that the probe runs into it."""
    id_ = request.id

    @unit_of_work
    def commit() -> None:
        db.locked(Request, id_).print_license ^= True

    return lambda: [commit() for _ in range(BARE_COMMITS)]


def _issue(request: Request, now: datetime) -> Act:
    return lambda: issuing.issue(request, actor=_admin(), now=now)


def _reissue(request: Request, now: datetime) -> Act:
    certificate = _issued(request, now)
    return lambda: issuing.supersede(certificate, Correction.DOCUMENT, "A typo.", actor=_admin(), now=now)


def _name_correction(request: Request, now: datetime) -> Act:
    certificate = _issued(request, now)
    person = accounts.person(request.user_id)
    correction = corrections.ask(person, certificate, name=NAME, reason="A typo.", proof=PROOF, now=now)
    return lambda: corrections.accept(correction, rename=True, actor=_admin(), now=now)


def _rescored_reissue(request: Request, now: datetime) -> Act:
    question = _question(_issued(request, now), now)
    return lambda: rescoring.reissue(question, "A wrong key.", actor=_admin(), now=now)


@unit_of_work
def _question(certificate: Certificate, now: datetime) -> CertificateQuestion:
    """Question the certificate as a rescoring does."""
    rescored = Rescoring(
        item_id=certificate.code,
        decision="drop",
        shown=certificate.code,
        take_passes=True,
        reason="A wrong key.",
        at=now,
        by="Robin Demo",
    )
    db.session.add(rescored)
    db.session.flush()
    question = CertificateQuestion(
        rescoring_id=rescored.id, certificate_code=certificate.code, user_id=certificate.user_id
    )
    db.session.add(question)
    db.session.flush()
    return question


def _backdating(request: Request, now: datetime) -> Act:
    completed_on, _ = backdating_queries.days_of(request, now)
    proposal = backdating.ask(request, completed_on, "The office was closed.", actor=_somebody_else(request), now=now)
    return lambda: backdating.confirm(proposal, actor=_admin(), now=now)


def _somebody_else(request: Request) -> User:
    """Return a person who is neither the holder nor the administrator. Only the console checks roles."""
    others = select(User).where(User.id != request.user_id, User.role != "admin").limit(1)
    return db.session.scalars(others).one()


def _admin() -> User:
    return db.session.scalars(select(User).filter_by(role="admin").limit(1)).one()


def _issued(request: Request, now: datetime) -> Certificate:
    return issuing.issue(request, actor=_admin(), now=now)


WAYS: Mapping[str, Prepare] = {
    "bare commits": _bare_commits,
    "issue": _issue,
    "reissue": _reissue,
    "name correction": _name_correction,
    "rescored reissue": _rescored_reissue,
    "backdating": _backdating,
}


def lines(waits: Waits) -> Iterator[str]:
    """Yield the lines of the report."""
    yield ""
    yield f"{'another writer waits':24}{'median':>8}{'longest ms':>12}"
    for name, milliseconds in waits.items():
        yield f"{'during ' + name:24}{statistics.median(milliseconds):8.1f}{max(milliseconds):12.1f}"
