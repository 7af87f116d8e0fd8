"""The public check of a certificate's number: what a stranger compares with the paper, and no more."""

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course import clock
from course.access import public
from course.certificates import queries
from course.certificates.facts import Facts
from course.web import NotStorable

bp = Blueprint("verification", __name__, url_prefix="/verify")
UNSEEN = {"X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "no-referrer"}


@bp.after_request
def _keep_private(response: Response) -> Response:
    """No search engine keeps an answer, and no other site learns the address."""
    response.headers.update(UNSEEN)
    return response


@bp.get("/")
@public
def check() -> ResponseReturnValue:
    if given := request.args.get("code", "").strip():
        return redirect(url_for(".certificate", code=given), 303)
    return render_template("verification/check.html")


@bp.get("/<path:code>")
@public
def certificate(code: str) -> ResponseReturnValue:
    found = queries.find_by_code(code)
    if found is None:
        return _unknown()
    facts = Facts.from_json(found.facts)
    standing = found.standing_at(clock.now())
    return render_template("verification/certificate.html", certificate=found, facts=facts, standing=standing)


@bp.errorhandler(NotStorable)
def _malformed(_: NotStorable) -> ResponseReturnValue:
    return _unknown()


def _unknown() -> ResponseReturnValue:
    """One answer for numbers that were never given, that can't be one and that are gone."""
    return render_template("verification/unknown.html"), 404
