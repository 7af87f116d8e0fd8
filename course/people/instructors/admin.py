"""Instructors in the console: who is one, and by what qualifications."""

from uuid import UUID

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from course.people.accounts import queries as accounts
from course.people.instructors import actions, queries
from course.people.instructors.forms import InstructorForm, QualificationForm, WithdrawalForm
from course.people.instructors.qualification_standing import standing_on
from course.platform import clock
from course.platform.access import Permission, me, requires
from course.platform.forms import form_page, go_to
from course.platform.sent_forms import once

bp = Blueprint("instructors_admin", __name__, url_prefix="/admin/instructors")


@bp.get("/")
@requires(Permission.HANDS_ON)
def instructors() -> ResponseReturnValue:
    today, people = clock.now().date(), queries.instructors()
    qualifications = queries.qualifications_of([person.id for person in people])
    return render_template(
        "people/instructors/instructors.html",
        people=people,
        qualifications=qualifications,
        standings={id_: standing_on(today, own) for id_, own in qualifications.items()},
    )


@bp.route("/<uuid:code>", methods=["GET", "POST"])
@requires(Permission.HANDS_ON, fresh=True)
def instructor(code: UUID) -> ResponseReturnValue:
    """Show whether the person is an instructor and by what, and make them one or end it."""
    person, form = accounts.person_of(code), InstructorForm()
    if form.validate_on_submit():
        becomes = not person.is_instructor
        actions.set_instructor(me(), person, is_instructor=becomes, reason=form.reason.data.strip(), now=clock.now())
        flash(f"{person.legal_name} is {'an instructor now' if becomes else 'no longer an instructor'}.", "ok")
        return go_to(url_for(".instructor", code=code))
    own = queries.qualifications_of([person.id])[person.id]
    return form_page(
        "people/instructors/instructor.html",
        form=form,
        person=person,
        qualifications=own,
        standing=standing_on(clock.now().date(), own),
    )


@bp.route("/<uuid:code>/qualifications/new", methods=["GET", "POST"])
@requires(Permission.HANDS_ON, fresh=True)
@once
def add(code: UUID) -> ResponseReturnValue:
    person, form = accounts.person_of(code), QualificationForm()
    if not form.validate_on_submit():
        return form_page("people/instructors/new_qualification.html", form=form, person=person)
    actions.record_qualification(me(), person, **form.values(), now=clock.now())
    flash("The qualification is recorded.", "ok")
    return go_to(url_for(".instructor", code=code))


@bp.route("/<uuid:code>/qualifications/<uuid:qualification>", methods=["GET", "POST"])
@requires(Permission.HANDS_ON, fresh=True)
@once
def withdraw(code: UUID, qualification: UUID) -> ResponseReturnValue:
    person, form = accounts.person_of(code), WithdrawalForm()
    recorded = queries.qualification_of(person, qualification)
    if not form.validate_on_submit():
        return form_page("people/instructors/qualification.html", form=form, person=person, qualification=recorded)
    actions.withdraw_qualification(me(), recorded, form.reason.data.strip(), now=clock.now())
    flash("The qualification is withdrawn.", "ok")
    return go_to(url_for(".instructor", code=code))
