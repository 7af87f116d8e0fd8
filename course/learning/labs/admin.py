"""Labs in the console: schedule, change and cancel them."""

from uuid import UUID

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from course.content.queries import catalog
from course.learning.labs import actions, queries
from course.learning.labs.forms import CancelForm, LabForm
from course.learning.labs.models import Lab
from course.people.instructors import queries as instructors
from course.platform import clock
from course.platform.access import Permission, me, requires
from course.platform.forms import form_page, go_to, refuse_field
from course.platform.queries import page_number
from course.platform.sent_forms import once

bp = Blueprint("labs_admin", __name__, url_prefix="/admin/labs")
PAGE_SIZE = 25


@bp.get("/")
@requires(Permission.HANDS_ON)
def labs() -> ResponseReturnValue:
    page = queries.every_lab(page=page_number(), size=PAGE_SIZE)
    return render_template(
        "learning/labs/schedule.html",
        page=page,
        now=clock.now(),
        counts=queries.count_bookings(page.rows),
        flagged={id_ for id_, own in queries.standings_of(page.rows).items() if queries.is_flagged(own)},
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.HANDS_ON)
@once
def add() -> ResponseReturnValue:
    form = LabForm.of(catalog(), instructors.instructors(), None)
    if not form.validate_on_submit():
        return form_page("learning/labs/edit.html", form=form, lab=None)
    lab = actions.create(me(), **form.values(), now=clock.now())
    flash("The lab is scheduled. Learners can sign up.", "ok")
    return go_to(url_for(".lab", code=lab.code))


@bp.route("/<uuid:code>/edit", methods=["GET", "POST"])
@requires(Permission.HANDS_ON)
def edit(code: UUID) -> ResponseReturnValue:
    lab = queries.lab_of(code)
    form = LabForm.of(catalog(), instructors.instructors(), lab)
    if not form.validate_on_submit():
        return form_page("learning/labs/edit.html", form=form, lab=lab)
    try:
        actions.change(me(), lab, **form.values(), now=clock.now())
    except actions.CapacityTooSmall as refusal:
        refuse_field(form.capacity, refusal)
        return form_page("learning/labs/edit.html", refusal=refusal, form=form, lab=lab)
    flash("The lab is changed.", "ok")
    return go_to(url_for(".lab", code=code))


@bp.get("/<uuid:code>")
@requires(Permission.HANDS_ON)
def lab(code: UUID) -> ResponseReturnValue:
    return _page(queries.lab_of(code), CancelForm(formdata=None))


def _page(lab: Lab, form: CancelForm) -> ResponseReturnValue:
    return form_page(
        "learning/labs/of_admin.html",
        form=form,
        lab=lab,
        now=clock.now(),
        catalog=catalog(),
        roster=queries.roster_of(lab, clock.now()),
        checks=len(queries.checks_of(lab)),
        standings=queries.standings_of([lab])[lab.id],
    )


@bp.post("/<uuid:code>/cancel")
@requires(Permission.HANDS_ON)
@once
def cancel(code: UUID) -> ResponseReturnValue:
    lab, form = queries.lab_of(code), CancelForm()
    if not form.validate_on_submit():
        return _page(lab, form)
    actions.cancel(me(), lab, form.reason.data.strip(), now=clock.now())
    flash("The lab is canceled. Everyone who signed up gets an email.", "ok")
    return go_to(url_for(".lab", code=code))
