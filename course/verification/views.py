"""The public check of a certificate's number: what a stranger compares with the paper, and no more."""

import logging
from typing import Any

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course import clock
from course.access import public
from course.certificates import making, numbers, queries
from course.certificates.facts import Facts
from course.certificates.models import Certificate, Standing
from course.throttle import limited
from course.verification import answer
from course.web import NotStorable, wants_json

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
    return render_template("verification/check.html")


@bp.get("/<path:code>")
@public
@limited
def certificate(code: str) -> ResponseReturnValue:
    found = queries.find_by_code(code)
    if found is None:
        well_formed = "well-formed" if numbers.normalise(code) else "malformed"
        log.warning("no certificate has the number asked for: %s, %d characters", well_formed, len(code))
        return _unknown()
    facts = Facts.from_json(found.facts)
    standing = found.standing_at(clock.now())
    if wants_json():
        return jsonify(_as_json(found, facts, standing))
    return render_template("verification/certificate.html", certificate=found, facts=facts, standing=standing)


def _as_json(found: Certificate, facts: Facts, standing: Standing) -> dict[str, Any]:
    told = answer.certificate(facts, status=standing, name=facts.name)
    if found.revocation:
        return told | answer.revoked(found.revocation.revoked_at.date(), found.revocation.reason)
    if found.successor:
        url = making.verify_url(found.successor.code)
        return told | answer.superseded(found.successor.code, found.successor.supersedes_why or "", url)
    return told


@bp.errorhandler(NotStorable)
def _malformed(_: NotStorable) -> ResponseReturnValue:
    return _unknown()


def _unknown() -> ResponseReturnValue:
    """One answer for numbers that were never given, that can't be one and that are gone."""
    if wants_json():
        return jsonify(answer.UNKNOWN), 404
    return render_template("verification/unknown.html"), 404
