"""The administrators' pages about people: a search, and one page for each person."""

from uuid import UUID

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.certificates.completion import queries as completion
from course.certificates.issuing import queries as certificates
from course.console.people.forms import OneNameForm, ReviewerForm
from course.content.queries import catalog
from course.people.accounts import actions, name_actions
from course.people.accounts import queries as accounts
from course.people.sessions import actions as sessions
from course.platform import clock
from course.platform.access import Permission, me, requires
from course.platform.audit import queries as audit
from course.platform.forms import form_page, go_to
from course.platform.queries import page_number
from course.platform.sent_forms import once

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
@requires(Permission.PEOPLE_CHANGE, fresh=True)
def set_reviewer(code: UUID) -> ResponseReturnValue:
    """Make the person a reviewer, or end that role if `reviewer` is no."""
    if request.form.get("reviewer") == "no":
        actions.end_reviewer(me(), accounts.person_of(code), now=clock.now())
        return go_to(url_for(".person", code=code))
    form = ReviewerForm()
    if not form.validate_on_submit():
        return _person_page(code, form)
    values = {"credentials": form.credentials.data.strip(), "proof": form.proof.data.strip()}
    actions.make_reviewer(me(), accounts.person_of(code), **values, now=clock.now())
    flash("The reviewer role is set.", "ok")
    return go_to(url_for(".person", code=code))


@bp.post("/<uuid:code>/sessions/end")
@requires(Permission.PEOPLE_CHANGE, fresh=True)
@once
def end_sessions(code: UUID) -> ResponseReturnValue:
    """Sign the person out everywhere, because a device is lost or a password is known to others."""
    person_ = accounts.person_of(code)
    count = sessions.end_by_administrator(me(), person_, now=clock.now())
    flash(f"Signed out: {person_.legal_name} ({count} {'browser' if count == 1 else 'browsers'}).", "ok")
    return go_to(url_for(".person", code=code))


@bp.post("/<uuid:code>/one-name")
@requires(Permission.PEOPLE_CHANGE, fresh=True)
def confirm_one_name(code: UUID) -> ResponseReturnValue:
    person_, form = accounts.person_of(code), OneNameForm()
    if not form.validate_on_submit():
        return _person_page(code, one_name=form)
    name_actions.confirm_one_name(me(), person_, form.one_name_proof.data.strip(), now=clock.now())
    flash(f"Confirmed: {person_.legal_name} is the whole name. Boards can get a report with it.", "ok")
    return go_to(url_for(".person", code=code))


@bp.get("/<uuid:code>")
@requires(Permission.PEOPLE_READ)
def person(code: UUID) -> ResponseReturnValue:
    return _person_page(code)


def _person_page(
    code: UUID, reviewer: ReviewerForm | None = None, one_name: OneNameForm | None = None
) -> ResponseReturnValue:
    """Return the page of a person, with the submitted form if it has errors."""
    person_ = accounts.person_of(code)
    return form_page(
        "console/people/person.html",
        person=person_,
        reviewer=reviewer or ReviewerForm(formdata=None, obj=person_),
        one_name=one_name or OneNameForm(formdata=None),
        catalog=catalog(),
        standings=completion.progress_by_course(person_),
        requests=certificates.requests_of(person_.id),
        certificates=certificates.awards_of(person_.id),
        events=audit.about(person_.id, limit=MAX_EVENTS),
        now=clock.now(),
    )
