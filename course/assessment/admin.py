"""Accommodations in the console: what one person is granted at every assessment, running attempts included."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course import clock
from course.access import Permission, me, requires
from course.accounts import queries as accounts
from course.assessment import actions, queries
from course.assessment.entry import Granted
from course.assessment.forms import AccommodationForm

bp = Blueprint("accommodations", __name__, url_prefix="/admin/people")


@bp.route("/<uuid:code>/accommodation", methods=["GET", "POST"])
@requires(Permission.ACCOMMODATE)
def accommodation(code: UUID) -> ResponseReturnValue:
    person = accounts.person_of(code)
    standing = queries.find_accommodation(person.id)
    form = AccommodationForm(obj=standing)
    if form.validate_on_submit():
        granted = Granted(form.extra_percent.data, form.untimed.data, form.extra_attempts.data)
        actions.accommodate(me(), person, granted, form.note.data.strip(), now=clock.now())
        flash(f"{person.legal_name}: the accommodations are set. A running attempt has its new deadline already.", "ok")
        return redirect(url_for("admin.person", code=code), 303)
    page = render_template(
        "assessment/accommodation.html",
        person=person,
        form=form,
        standing=standing,
        running=queries.open_attempts_of(person.id),
    )
    return page, 422 if request.method == "POST" else 200
