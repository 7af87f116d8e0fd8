"""Public verification of a certificate by number or by file: the facts to compare, and no more."""

import logging
from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from course.certificates.issuing import numbers, plan_queries
from course.certificates.issuing import queries as certificates
from course.certificates.issuing.facts import Facts
from course.certificates.issuing.models import Certificate
from course.certificates.issuing.queries import SeveralNumbers
from course.certificates.sharing.initials import initials_of
from course.certificates.verification import json_response, queries, uploaded_file
from course.certificates.verification.verdict import Finding, Verdict, digest_of, judge
from course.platform import clock
from course.platform.access import public
from course.platform.forms import go_to
from course.platform.lane import Lane
from course.platform.throttle import limited
from course.platform.web import NotStorable, csrf, takes_files, unlisted, wants_json
from course.site import site

bp = Blueprint("verification", __name__, url_prefix="/verify")
log = logging.getLogger(__name__)
TOO_LARGE = "Its signature was not checked, because it has too many parts."
FILE_CHECKS = Lane(
    waiting=1, timeout_s=5, words="Other files are being verified at the moment. Please try again in {wait}."
)


@bp.after_request
def _add_headers(response: Response) -> Response:
    response.vary.add("Accept")
    return unlisted(response)


@bp.get("/")
@public
@limited
def check() -> ResponseReturnValue:
    given = request.args.get("number") or request.args.get("code", "")
    if not given.strip():
        return render_template("certificates/verification/check.html")
    found = queries.find_certificate(given)
    return go_to(url_for(".certificate", code=found[0].code)) if found else _unknown(given)


@bp.post("/")
@public
@limited
@csrf.exempt  # type: ignore[untyped-decorator]  # it changes nothing, and employers' systems may send files
@takes_files(megabytes=uploaded_file.MAX_FILE_MEGABYTES)
def file() -> ResponseReturnValue:
    """Judge a file. It is read in memory and not stored."""
    data = b""
    if given := request.files.get("file"):
        with given.stream as stream:  # a large file is in a temporary one, which closing deletes
            data = stream.read()
    if not data:
        return _answer(Verdict(Finding.UNREADABLE, faults=("No file was sent, or the file is empty.",)))
    with FILE_CHECKS.turn():
        return _judged(data)


def _judged(data: bytes) -> ResponseReturnValue:
    try:
        upload = uploaded_file.read(data)
    except uploaded_file.UnreadableUpload as refusal:
        return _answer(Verdict(Finding.UNREADABLE, faults=(str(refusal),)))
    named = certificates.of_file(digest_of(data), upload.numbers)
    verdict = judge(upload, data, named, issuer=site().issuer, signer=site().signer, now=clock.now())
    return _answer(verdict, upload.kind)


def _on_record(certificate: Certificate) -> dict[str, str]:
    standing, url = certificate.standing_at(clock.now()), plan_queries.verify_url(certificate.code)
    return json_response.named_certificate(certificate.code, standing, url)


@bp.errorhandler(RequestEntityTooLarge)
def _too_large(_: RequestEntityTooLarge) -> ResponseReturnValue:
    fault = f"The file is larger than {uploaded_file.MAX_FILE_MEGABYTES} megabytes. No certificate from here is."
    return _answer(Verdict(Finding.UNREADABLE, faults=(fault,)))[0], 413


def _answer(verdict: Verdict, kind: uploaded_file.FileKind | None = None) -> tuple[str | Response, int]:
    certificate = verdict.certificate
    standing = certificate.standing_at(clock.now()) if certificate else None
    status = 422 if verdict.finding is Finding.UNREADABLE else 200
    if wants_json():
        on_record = _on_record(certificate) if certificate else None
        own_status = verdict.finding.status or str(standing)
        faults = [*verdict.faults, *([TOO_LARGE] if verdict.is_too_large_to_check else [])]
        return jsonify(json_response.for_file(verdict.finding, own_status, on_record, faults)), status
    page = render_template(
        "certificates/verification/file.html",
        verdict=verdict,
        too_large=TOO_LARGE,
        kind=kind or "file",
        certificate=certificate,
        standing=standing,
    )
    return page, status


@bp.get("/<path:code>")
@public
@limited
def certificate(code: str) -> ResponseReturnValue:
    found = queries.find_certificate(code)
    if found is None:
        return _unknown(code)
    certificate, name_hidden = found
    facts, standing = Facts.from_json(certificate.facts), certificate.standing_at(clock.now())
    name = initials_of(facts) if name_hidden else facts.name
    if wants_json():
        reply = json_response.for_certificate(facts, status=standing, name=name, name_hidden=name_hidden)
        return jsonify(reply | _ended(certificate))
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
        return json_response.revoked(certificate.revocation.revoked_at.date(), certificate.revocation.reason)
    if certificate.successor:
        successor = certificate.successor
        return json_response.superseded(
            successor.code, successor.supersession_reason or "", plan_queries.verify_url(successor.code)
        )
    return {}


@bp.errorhandler(SeveralNumbers)
def _several_numbers(several: SeveralNumbers) -> ResponseReturnValue:
    if wants_json():
        return jsonify(json_response.several(several.numbers)), several.status
    return render_template("certificates/verification/several.html", numbers=several.numbers), several.status


@bp.errorhandler(NotStorable)
def _malformed(_: NotStorable) -> ResponseReturnValue:
    return _unknown("")


def _unknown(text: str) -> ResponseReturnValue:
    """Return the one answer for numbers that were never issued, are malformed, or no longer exist."""
    kind = "a number" if numbers.find(text).readings else "no number"
    log.warning("no certificate has the requested number: %s in %d characters", kind, len(text))
    if wants_json():
        return jsonify(json_response.UNKNOWN), 404
    return render_template("certificates/verification/unknown.html"), 404
