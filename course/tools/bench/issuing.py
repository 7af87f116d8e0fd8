"""Measure the CPU time of each part of a certificate, and the rate of a bulk issue while people read pages."""

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
from course.people.accounts.name_parts import LegalName
from course.platform import clock, db
from course.platform.db import unit_of_work
from course.site import site
from course.tools.bench import crowd, load

MAX_CPU_MS = 60
MIN_CERTIFICATES_PER_S = 5000 / 300
SAMPLE_SIZE = 40
READERS = 8  # each opens a page at the same moment, every READ_INTERVAL_S
READ_INTERVAL_S = 0.5
ONE_WORD = b'#set document(title: "word", date: datetime(year: 2026, month: 1, day: 1))\nword'


@dataclass(frozen=True)
class Issuing:
    """`cpu_ms`: CPU time of a certificate by part. `one_word_ms`: CPU time of a PDF with one word, for comparison.

    `count` certificates were issued in bulk in `seconds`. `quiet` and `busy`: page views before and during that.
    """

    cpu_ms: Mapping[str, float]
    one_word_ms: float
    count: int
    seconds: float
    quiet: load.Load
    busy: load.Load


def measure(
    app: Flask, requests: Sequence[load.HttpRequest], port: int, count: int, seconds: float, environ: Mapping[str, str]
) -> Issuing:
    """Send page views (`requests`): first alone for `seconds`, then while two workers issue `count` certificates."""
    with app.app_context():
        people = waiting(count + SAMPLE_SIZE, clock.now())
        cpu_ms = _by_part(people[:SAMPLE_SIZE])
    fonts = typst.Fonts(include_system_fonts=False)  # loaded once, like the fonts of certificates
    word = _each(
        [ONE_WORD] * SAMPLE_SIZE,
        lambda template: typst.compile(template, format="pdf", font_paths=fonts, pdf_standards=["a-3a", "ua-1"]),
    )
    began = time.monotonic()
    quiet = _read(port, requests, lambda: time.monotonic() - began >= seconds)
    with _workers(environ), app.app_context():
        started = _start_bulk_issue(people[-1], clock.now())
        busy = _read(port, requests, lambda: _finished(started))
    return Issuing(cpu_ms, word.cpu_ms, count, busy.seconds, quiet, busy)


def lines(done: Issuing) -> Iterator[str]:
    """Yield the lines of the report."""
    total = sum(done.cpu_ms.values())
    rate = done.count / done.seconds
    yield ""
    yield f"{'a certificate':24}{'CPU ms':>8}"
    for part, milliseconds in done.cpu_ms.items():
        yield f"{part:24}{milliseconds:8.1f}"
    yield f"{'total':24}{total:8.1f}"
    yield f"    goal {MAX_CPU_MS} ms: {'met' if total <= MAX_CPU_MS else 'missed'}"
    yield f"    {total / done.one_word_ms:.1f} times a PDF with one word ({done.one_word_ms:.1f} ms)"
    yield f"{'bulk issue':24}{rate:8.1f} per s: {done.count} in {done.seconds:.0f} s, two workers"
    verdict = "met" if rate >= MIN_CERTIFICATES_PER_S else "missed"
    yield f"    goal {MIN_CERTIFICATES_PER_S:.1f} per s (5,000 in five minutes): {verdict}"
    before, during = done.quiet.quantile(0.95), done.busy.quantile(0.95)
    yield f"    {READERS} people opened a page every {READ_INTERVAL_S} s: p95 {during:.1f} ms, before {before:.1f} ms"
    yield f"    {done.busy.errors} errors"


def waiting(count: int, now: datetime, name: str = "Waiting") -> list[int]:
    """Add `count` people with an open certificate request, copied from an existing one, and return their ids."""
    ids = crowd.sign_up(count, now, name=name)
    _request_certificates(ids)
    return ids


@unit_of_work
def _request_certificates(ids: Sequence[int]) -> None:
    existing = db.session.scalars(select(Request).limit(1)).one()
    columns = {column.key for column in Request.__table__.columns} - {"id", "code", "user_id", "license_id"}
    values = {name: getattr(existing, name) for name in columns}
    values |= {"cycle": 1, "state": RequestState.WAITING, "decided_at": None, "decided_by": None, "reason": None}
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
    requests = [values | {"user_id": row.user_id, "license_id": row.id} for row in rows]
    db.session.execute(insert(Request), requests)


def _by_part(ids: Sequence[int]) -> dict[str, float]:
    """Issue certificates to these people, part by part, and return the milliseconds of each part."""
    requests = db.session.scalars(select(Request).where(Request.user_id.in_(ids))).all()
    actor, now = db.session.scalars(select(User).filter_by(role="admin").limit(1)).one(), clock.now()
    issuer, signer = site().issuer, site().signer
    plans = [
        plan_queries.plan_of(
            request, name=LegalName(request.attested_name, request.name_parts), issue_on=None, actor=actor, now=now
        )
        for request in requests
    ]
    badges = _each(plans, lambda plan: signed_files.signed_badge(plan, issuer))
    documents = _each(
        list(zip(plans, badges.results, strict=True)), lambda pair: pdf.render(pair[0].facts, pair[1], pair[0].template)
    )
    signed = _each(documents.results, signer.sign)
    whole = _each(requests, lambda request: issuing.issue(request, actor=actor, now=now)).cpu_ms
    parts = {"badge": badges.cpu_ms, "document": documents.cpu_ms, "signature": signed.cpu_ms}
    return parts | {"database": max(0.0, whole - sum(parts.values()))}


@dataclass(frozen=True)
class _Each:
    """`cpu_ms`: the median, since other work on this machine can slow down single calls."""

    results: list[Any]
    cpu_ms: float


def _each(arguments: Sequence[Any], function: Callable[[Any], Any]) -> _Each:
    """Call the function with each argument and return the results and the CPU time of a call."""
    results, seconds = [], []
    for argument in arguments:
        before = time.process_time()
        results.append(function(argument))
        seconds.append(time.process_time() - before)
    return _Each(results, statistics.median(seconds) * 1000)


def _read(port: int, requests: Sequence[load.HttpRequest], until: Callable[[], bool]) -> load.Load:
    """Send bursts of page views, one per reader, until the condition holds."""
    began, bursts = time.monotonic(), [load.drive(port, requests[:READERS], READERS, None)]
    while not until():
        time.sleep(READ_INTERVAL_S)
        bursts.append(load.drive(port, requests[:READERS], READERS, None))
    times = [seconds for burst in bursts for seconds in burst.times]
    return load.Load(times, sum(burst.errors for burst in bursts), time.monotonic() - began)


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
    return left == 0
