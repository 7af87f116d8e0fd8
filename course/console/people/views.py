"""Finding a person by name, email, license or certificate number, and the page of one person."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.certificates.completion import queries as completion
from course.certificates.issuing import queries as certificates
from course.content.queries import catalog
from course.people.accounts import actions
from course.people.accounts import queries as accounts
from course.platform import clock
from course.platform.access import Permission, me, requires
from course.platform.audit import queries as audit
from course.platform.queries import page_number

bp = Blueprint("people", __name__, url_prefix="/admin/people")
PAGE = 25


@bp.get("/")
@requires(Permission.PEOPLE_READ)
def people() -> ResponseReturnValue:
    text = request.args.get("q", "").strip()
    if text and (certificate := certificates.find_by_code(text)):
        return redirect(url_for("issuing_admin.certificate", code=certificate.code), 303)
    page = page_number()
    found, pages = accounts.search(text, page=page, size=PAGE)
    counts = certificates.count_of([person.id for person in found])
    return render_template("console/people/people.html", people=found, counts=counts, q=text, page=page, pages=pages)


@bp.post("/<uuid:code>/reviewer")
@requires(Permission.PEOPLE_CHANGE)
def set_reviewer(code: UUID) -> ResponseReturnValue:
    on = request.form.get("reviewer") == "yes"
    actions.set_reviewer(me(), accounts.person_of(code), reviewer=on, now=clock.now())
    return redirect(url_for(".person", code=code), 303)


@bp.get("/<uuid:code>")
@requires(Permission.PEOPLE_READ)
def person(code: UUID) -> ResponseReturnValue:
    found = accounts.person_of(code)
    return render_template(
        "console/people/person.html",
        person=found,
        catalog=catalog(),
        standings=completion.standings_of(found),
        requests=certificates.requests_of(found.id),
        certificates=certificates.awards_of(found.id),
        events=audit.about(found.id, limit=100),
        now=clock.now(),
    )
