"""The public check of a certificate's number, and of its file: what a stranger compares, and no more."""

import logging
from typing import Any

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from course.certificates.issuing import numbers, plan_queries
from course.certificates.issuing import queries as certificates
from course.certificates.issuing.facts import Facts
from course.certificates.issuing.models import Certificate
from course.certificates.sharing import names
from course.certificates.verification import json_answer, queries, uploaded_file
from course.certificates.verification.verdict import Finding, Verdict, digest_of, judge
from course.platform import clock
from course.platform.access import public
from course.platform.throttle import limited
from course.platform.web import NotStorable, csrf, takes_files, wants_json
from course.site import site

bp = Blueprint("verification", __name__, url_prefix="/verify")
UNSEEN = {"X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer"}
log = logging.getLogger(__name__)


@bp.after_request
def _keep_private(response: Response) -> Response:
    """No search engine keeps an answer, and no other site learns the address."""
    response.headers.update(UNSEEN)
    response.vary.add("Accept")
    return response


@bp.get("/")
@public
@limited
def check() -> ResponseReturnValue:
    if given := request.args.get("code", "").strip():
        return redirect(url_for(".certificate", code=given), 303)
    return render_template("certificates/verification/check.html")


@bp.post("/")
@public
@limited
@csrf.exempt  # type: ignore[untyped-decorator]  # it changes nothing, and an employer's system may ask, too
@takes_files(megabytes=uploaded_file.MEGABYTES)
def file() -> ResponseReturnValue:
    """What a certificate's file is worth. It is read in memory, and not kept."""
    data = b""
    if given := request.files.get("file"):
        with given.stream as stream:  # of a large file a temporary one, which is gone when it is closed
            data = stream.read()
    if not data:
        return _answer(Verdict(Finding.UNREADABLE, faults=("No file was sent, or an empty one.",)))
    try:
        shown = uploaded_file.read(data)
    except uploaded_file.Unreadable as refusal:
        return _answer(Verdict(Finding.UNREADABLE, faults=(str(refusal),)))
    named = certificates.of_file(digest_of(data), shown.numbers)
    verdict = judge(shown, data, named, issuer=site().issuer, signer=site().signer, now=clock.now())
    return _answer(verdict, shown.kind)


@bp.errorhandler(RequestEntityTooLarge)
def _too_large(_: RequestEntityTooLarge) -> ResponseReturnValue:
    said = f"It is larger than {uploaded_file.MEGABYTES} megabytes, and no file from here is."
    return _answer(Verdict(Finding.UNREADABLE, faults=(said,)))[0], 413


def _answer(verdict: Verdict, kind: uploaded_file.Kind | None = None) -> tuple[str | Response, int]:
    certificate = verdict.certificate
    standing = certificate.standing_at(clock.now()) if certificate else None
    status = 422 if verdict.finding is Finding.UNREADABLE else 200
    if wants_json():
        number = certificate.code if certificate else None
        url = plan_queries.verify_url(number) if number else None
        return jsonify(json_answer.file(verdict.finding, standing, number, url, verdict.faults)), status
    page = render_template(
        "certificates/verification/file.html",
        verdict=verdict,
        kind=kind or "file",
        certificate=certificate,
        standing=standing,
    )
    return page, status


@bp.get("/<path:code>")
@public
@limited
def certificate(code: str) -> ResponseReturnValue:
    found = queries.find(code)
    if found is None:
        well_formed = "well-formed" if numbers.normalise(code) else "malformed"
        log.warning("no certificate has the number asked for: %s, %d characters", well_formed, len(code))
        return _unknown()
    certificate, name_hidden = found
    facts, standing = Facts.from_json(certificate.facts), certificate.standing_at(clock.now())
    name = names.initials(facts.name) if name_hidden else facts.name
    if wants_json():
        told = json_answer.certificate(facts, status=standing, name=name, name_hidden=name_hidden)
        return jsonify(told | _ended(certificate))
    return render_template(
        "certificates/verification/certificate.html",
        certificate=certificate,
        facts=facts,
        standing=standing,
        name=name,
        name_hidden=name_hidden,
    )


def _ended(certificate: Certificate) -> dict[str, Any]:
    if certificate.revocation:
        return json_answer.revoked(certificate.revocation.revoked_at.date(), certificate.revocation.reason)
    if certificate.successor:
        successor = certificate.successor
        return json_answer.superseded(
            successor.code, successor.supersedes_why or "", plan_queries.verify_url(successor.code)
        )
    return {}


@bp.errorhandler(NotStorable)
def _malformed(_: NotStorable) -> ResponseReturnValue:
    return _unknown()


def _unknown() -> ResponseReturnValue:
    """One answer for numbers that were never given, that can't be one and that are gone."""
    if wants_json():
        return jsonify(json_answer.UNKNOWN), 404
    return render_template("certificates/verification/unknown.html"), 404
