"""The administrators' page for a person who lost their second factors."""

from uuid import UUID

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue

from course.people.accounts import queries as accounts
from course.people.factors import actions, queries
from course.people.factors.forms import RemoveFactorsForm
from course.platform import clock
from course.platform.access import Permission, me, requires
from course.platform.forms import form_page, go_to
from course.platform.sent_forms import once

bp = Blueprint("factors_admin", __name__, url_prefix="/admin/people/<uuid:code>/second-factors")


@bp.route("", methods=["GET", "POST"])
@requires(Permission.PEOPLE_CHANGE, fresh=True)
@once
def factors(code: UUID) -> ResponseReturnValue:
    person, form = accounts.person_of(code), RemoveFactorsForm()
    if form.validate_on_submit():
        actions.remove_all(me(), person, form.reason.data.strip(), now=clock.now())
        flash("The second factors are removed. The person gets an email about it.", "ok")
        return go_to(url_for(".factors", code=code))
    return form_page(
        "people/factors/admin.html",
        form=form,
        person=person,
        factors=queries.factors_of(person.id),
        oneself=person.id == me().id,
    )
