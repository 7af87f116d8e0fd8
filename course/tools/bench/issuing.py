"""How long each part of a certificate takes, and how many a second an order gets while the site answers."""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import typst
from flask import Flask
from sqlalchemy import insert, select

from course.certificates.bulk import actions as bulk
from course.certificates.bulk import queries as bulk_queries
from course.certificates.bulk.models import BulkIssue, Outcome
from course.certificates.issuing import issuing, pdf, plan_queries, signed_files
from course.certificates.issuing.models import Request, RequestState
from course.content.queries import course_of
from course.people.accounts.models import License, User
from course.platform import clock, db
from course.platform.db import unit_of_work
from course.site import site
from course.tools.bench import crowd, load

GOAL_EACH, GOAL_ORDER = 60, 5000 / 300  # milliseconds of CPU; certificates a second
SAMPLE = 40
READERS, PAUSE = 8, 0.5  # so many people turn a page at the same moment, every so many seconds
ONE_WORD = b'#set document(title: "word", date: datetime(year: 2026, month: 1, day: 1))\nword'


@dataclass(frozen=True)
class Issuing:
    """`cpu`: milliseconds each by what is done. `yardstick`: of a PDF with one word."""

    cpu: Mapping[str, float]
    yardstick: float
    count: int
    seconds: float
    quiet: load.Load
    meanwhile: load.Load


def measure(
    app: Flask, asks: Sequence[load.Ask], port: int, count: int, seconds: float, environ: Mapping[str, str]
) -> Issuing:
    """`asks`: pages that people read, first alone for `seconds`, then while two workers make `count` certificates."""
    with app.app_context():
        people = waiting(count + SAMPLE, clock.now())
        cpu = _by_part(people[:SAMPLE])
    fonts = typst.Fonts(include_system_fonts=False)  # looked for once, as a certificate's are
    word = _each(
        [ONE_WORD] * SAMPLE,
        lambda it: typst.compile(it, format="pdf", font_paths=fonts, pdf_standards=["a-3a", "ua-1"]),
    )
    began = time.monotonic()
    quiet = _read(port, asks, lambda: time.monotonic() - began >= seconds)
    with _workers(environ), app.app_context():
        started = _start_bulk_issue(people[-1], clock.now())
        meanwhile = _read(port, asks, lambda: _finished(started))
    return Issuing(cpu, word.cpu, count, meanwhile.seconds, quiet, meanwhile)


def lines(done: Issuing) -> Iterator[str]:
    total = sum(done.cpu.values())
    rate = done.count / done.seconds
    yield ""
    yield f"{'a certificate':24}{'CPU ms':>8}"
    for part, each in done.cpu.items():
        yield f"{part:24}{each:8.1f}"
    yield f"{'together':24}{total:8.1f}"
    yield f"    goal {GOAL_EACH} ms: {'met' if total <= GOAL_EACH else 'missed'}"
    yield f"    {total / done.yardstick:.1f} times a PDF with one word ({done.yardstick:.1f} ms)"
    yield f"{'an order':24}{rate:8.1f} per s: {done.count} in {done.seconds:.0f} s, two workers"
    yield f"    goal {GOAL_ORDER:.1f} per s (5,000 in five minutes): {'met' if rate >= GOAL_ORDER else 'missed'}"
    quiet, busy = (one.quantile(0.95) for one in (done.quiet, done.meanwhile))
    yield f"    {READERS} people turned a page each {PAUSE} s: p95 {busy:.1f} ms meanwhile, {quiet:.1f} ms before"
    yield f"    {done.meanwhile.errors} errors"


def waiting(count: int, now: datetime, name: str = "Waiting") -> list[int]:
    """The ids of so many new people, whose request for a certificate waits. It is that of somebody who is there."""
    ids = crowd.sign_up(count, now, name=name)
    _ask(ids)
    return ids


@unit_of_work
def _ask(ids: Sequence[int]) -> None:
    model = db.session.scalars(select(Request).limit(1)).one()
    columns = {column.key for column in Request.__table__.columns} - {"id", "code", "user_id", "license_id"}
    kept = {name: getattr(model, name) for name in columns}
    kept |= {"cycle": 1, "state": RequestState.WAITING, "decided_at": None, "decided_by": None, "reason": None}
    licenses = [
        {
            "user_id": id_,
            "jurisdiction": "HI",
            "profession": "PT",
            "number": f"PT{id_}",
            "first_licensed": date(2015, 1, 1),
        }
        for id_ in ids
    ]
    db.session.execute(insert(License), licenses)
    rows = db.session.execute(select(License.id, License.user_id).where(License.user_id.in_(ids)))
    requests = [kept | {"user_id": row.user_id, "license_id": row.id} for row in rows]
    db.session.execute(insert(Request), requests)


def _by_part(ids: Sequence[int]) -> dict[str, float]:
    """Issues to these people, one part of the work after the other."""
    requests = db.session.scalars(select(Request).where(Request.user_id.in_(ids))).all()
    actor, now = db.session.scalars(select(User).filter_by(role="admin").limit(1)).one(), clock.now()
    issuer, signer = site().issuer, site().signer
    plans = [plan_queries.plan_of(one, name=one.attested_name, issue_on=None, actor=actor, now=now) for one in requests]
    badges = _each(plans, lambda plan: signed_files.signed_badge(plan, issuer))
    documents = _each(
        list(zip(plans, badges.made, strict=True)), lambda pair: pdf.render(pair[0].facts, pair[1], pair[0].template)
    )
    signed = _each(documents.made, signer.sign)
    whole = _each(requests, lambda request: issuing.issue(request, actor=actor, now=now)).cpu
    parts = {"badge": badges.cpu, "document": documents.cpu, "signature": signed.cpu}
    return parts | {"database": max(0.0, whole - sum(parts.values()))}


@dataclass(frozen=True)
class _Each:
    made: list[Any]
    cpu: float  # milliseconds of the median, since a neighbour of this machine can slow down any one


def _each(given: Sequence[Any], make: Callable[[Any], Any]) -> _Each:
    made, spent = [], []
    for one in given:
        before = time.process_time()
        made.append(make(one))
        spent.append(time.process_time() - before)
    return _Each(made, statistics.median(spent) * 1000)


def _read(port: int, asks: Sequence[load.Ask], until: Callable[[], bool]) -> load.Load:
    began, seen = time.monotonic(), [load.drive(port, asks[:READERS], READERS, None)]
    while not until():
        time.sleep(PAUSE)
        seen.append(load.drive(port, asks[:READERS], READERS, None))
    times = [one for burst in seen for one in burst.times]
    return load.Load(times, sum(burst.errors for burst in seen), time.monotonic() - began)


@contextmanager
def _workers(environ: Mapping[str, str]) -> Iterator[None]:
    """The two that the server starts for itself."""
    command = [sys.executable, "-m", "course", "worker"]
    processes = [subprocess.Popen(c, env=dict(environ)) for c in (command, [*command, "--long-work-first"])]  # noqa: S603
    try:
        yield
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


def _start_bulk_issue(waiting: int, now: datetime) -> BulkIssue:
    course_id = db.session.scalars(select(Request.course_id).filter_by(user_id=waiting)).one()
    admin = db.session.scalars(select(User).filter_by(role="admin").limit(1)).one()
    return bulk.start(course_of(course_id), actor=admin, now=now)


def _finished(started: BulkIssue) -> bool:
    left = bulk_queries.tally(started)[Outcome.WAITING]
    db.release()  # a transaction left open would keep the workers from writing
    return not left
