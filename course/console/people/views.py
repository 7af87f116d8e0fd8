"""The administrators' pages about people: a search, and one page for each person."""

from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.certificates.completion import queries as completion
from course.certificates.issuing import queries as certificates
from course.content.queries import catalog
from course.people.accounts import actions
from course.people.accounts import queries as accounts
from course.platform import clock
from course.platform.access import Permission, me, requires
from course.platform.audit import queries as audit
from course.platform.forms import go_to
from course.platform.queries import page_number

bp = Blueprint("people", __name__, url_prefix="/admin/people")
PAGE_SIZE = 25
MAX_EVENTS = 100


@bp.get("/")
@requires(Permission.PEOPLE_READ)
def people() -> ResponseReturnValue:
    text = request.args.get("q", "").strip()
    if text and (certificate := certificates.find_by_code(text)):
        return go_to(url_for("issuing_admin.certificate", code=certificate.code))
    page = accounts.search(text, number=page_number(), size=PAGE_SIZE)
    counts = certificates.count_of([person.id for person in page.rows])
    return render_template("console/people/people.html", page=page, counts=counts, q=text)


@bp.post("/<uuid:code>/reviewer")
@requires(Permission.PEOPLE_CHANGE)
def set_reviewer(code: UUID) -> ResponseReturnValue:
    reviewer = request.form.get("reviewer") == "yes"
    actions.set_reviewer(me(), accounts.person_of(code), reviewer=reviewer, now=clock.now())
    return go_to(url_for(".person", code=code))


@bp.get("/<uuid:code>")
@requires(Permission.PEOPLE_READ)
def person(code: UUID) -> ResponseReturnValue:
    person_ = accounts.person_of(code)
    return render_template(
        "console/people/person.html",
        person=person_,
        catalog=catalog(),
        standings=completion.progress_by_course(person_),
        requests=certificates.requests_of(person_.id),
        certificates=certificates.awards_of(person_.id),
        events=audit.about(person_.id, limit=MAX_EVENTS),
        now=clock.now(),
    )
