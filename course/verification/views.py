"""The public check of a certificate's number: what a stranger compares with the paper, and no more."""

import logging
from typing import Any

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course import clock
from course.access import public
from course.certificates import making, numbers
from course.certificates.facts import Facts
from course.certificates.models import Certificate
from course.sharing import names
from course.throttle import limited
from course.verification import answer, queries
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
    found = queries.find(code)
    if found is None:
        well_formed = "well-formed" if numbers.normalise(code) else "malformed"
        log.warning("no certificate has the number asked for: %s, %d characters", well_formed, len(code))
        return _unknown()
    certificate, name_hidden = found
    facts, standing = Facts.from_json(certificate.facts), certificate.standing_at(clock.now())
    name = names.initials(facts.name) if name_hidden else facts.name
    if wants_json():
        told = answer.certificate(facts, status=standing, name=name, name_hidden=name_hidden)
        return jsonify(told | _ended(certificate))
    return render_template(
        "verification/certificate.html",
        certificate=certificate,
        facts=facts,
        standing=standing,
        name=name,
        name_hidden=name_hidden,
    )


def _ended(certificate: Certificate) -> dict[str, Any]:
    if certificate.revocation:
        return answer.revoked(certificate.revocation.revoked_at.date(), certificate.revocation.reason)
    if certificate.successor:
        successor = certificate.successor
        return answer.superseded(successor.code, successor.supersedes_why or "", making.verify_url(successor.code))
    return {}


@bp.errorhandler(NotStorable)
def _malformed(_: NotStorable) -> ResponseReturnValue:
    return _unknown()


def _unknown() -> ResponseReturnValue:
    """One answer for numbers that were never given, that can't be one and that are gone."""
    if wants_json():
        return jsonify(answer.UNKNOWN), 404
    return render_template("verification/unknown.html"), 404
