"""Collect what a certificate will state, and draw its number and status bit."""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from course.certificates.approvals import queries as approvals
from course.certificates.approvals.coverage import Offering
from course.certificates.credentials import status_list
from course.certificates.issuing import numbers, pdf, queries
from course.certificates.issuing.facts import Approval
from course.certificates.issuing.models import Request
from course.certificates.issuing.signed_files import Plan
from course.certificates.issuing.stated_facts import Issue, stated_facts
from course.content.queries import catalog
from course.learning.review import queries as reviews
from course.people.accounts import queries as accounts
from course.people.accounts.models import User
from course.people.accounts.name_parts import LegalName, parts_of
from course.platform.dates import date_in
from course.platform.typesetting import letters
from course.site import site

BITS_PER_DRAW = 8  # one of them is almost always free, since each list is at most half full


def plan_of(request: Request, *, name: LegalName, issue_on: date | None, actor: User | None, now: datetime) -> Plan:
    """Return the plan of a certificate on this request.

    If the name is from before its parts were asked for, the parts that the person has stated for the same name since
    are used. `issue_on`: the date of issue if the certificate is backdated. `actor` None: issued automatically.
    """
    license_, template = accounts.license_of(request.license_id), site().templates.in_force()
    code, person = numbers.code_from(secrets.token_bytes(numbers.RANDOM_BYTES)), accounts.person(request.user_id)
    issue = Issue(
        code=code,
        name=letters.tidy(name.printed),
        name_parts=name.parts or parts_of(name.printed, person.name_parts),
        at=now,
        on=issue_on,
        by=actor.legal_name if actor else "Issued automatically on completion",
        verify_url=verify_url(code),
        template_version=template.version,
        approvals=approvals_of(request),
        reviewers=_reviewers(request.completion),
    )
    return Plan(
        facts=stated_facts(
            request, license_, catalog().licensing_places[license_.jurisdiction], catalog().provider, issue
        ),
        completion=request.completion,
        email=person.email,
        salt=secrets.token_urlsafe(16),
        status_index=_free_status_index(),
        template=template,
    )


def approvals_of(request: Request) -> tuple[Approval, ...]:
    """Return the approvals that the certificate names: those that cover the course as it was completed.

    They were in force on the day of completion in a state where the person is licensed.
    """
    license_, done = accounts.license_of(request.license_id), request.completion
    person = accounts.person(request.user_id)
    states = dict.fromkeys([license_.jurisdiction, *(one.jurisdiction for one in person.licenses)])
    day = date_in(catalog().licensing_places[license_.jurisdiction].time_zone, request.completed_at)
    completed = Offering(done["version"], request.content_hash, done["minutes"], done["instructor"])
    covering = approvals.covering(request.course_id, completed, states, day)
    return tuple(Approval(state=state, number=one.number, approver=one.approver) for state, one in covering)


def is_reviewed(completion: Mapping[str, Any]) -> bool:
    """Return whether a reviewer signed the content of every module that was studied."""
    digests = _digests(completion)
    return set(digests) == reviews.by_digest(digests).keys()


def _reviewers(completion: Mapping[str, Any]) -> dict[str, str]:
    return {
        digest: f"{review.name}, {review.credentials}, {review.at:%Y-%m-%d}"
        for digest, review in reviews.by_digest(_digests(completion)).items()
    }


def _digests(completion: Mapping[str, Any]) -> Collection[str]:
    return [module.get("reviewed_digest", "") for module in completion["modules"]]


def _free_status_index() -> int:
    """Return a random free bit, so that a status list reveals neither order nor count.

    A new list begins when the one before it is half full, so the first draw almost always finds a free bit.
    """
    half = status_list.SIZE // 2
    first = queries.newest_id() // half * status_list.SIZE
    while True:
        drawn = {first + secrets.randbelow(status_list.SIZE) for _ in range(BITS_PER_DRAW)}
        if free := drawn - queries.taken_status_indexes(drawn):
            return free.pop()


def name_refusal(name: str) -> str | None:
    """Return why the current template can't print the name, as a sentence; None if it can."""
    sample = site().templates.samples["plain"][1]
    return pdf.refusal(replace(sample, name=letters.tidy(name)), site().templates.in_force())


def verify_url(code: str) -> str:
    return f"{site().base_url}/verify/{code}"
