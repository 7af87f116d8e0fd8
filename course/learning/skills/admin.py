"""A learner's skills and determinations in the console."""

from uuid import UUID

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from course.learning.skills import actions, queries
from course.learning.skills.forms import AnnulForm
from course.people.accounts import queries as accounts
from course.platform import clock
from course.platform.access import Permission, me, requires
from course.platform.forms import form_page, go_to
from course.platform.sent_forms import once

bp = Blueprint("skills_admin", __name__, url_prefix="/admin")


@bp.get("/people/<uuid:code>/skills")
@requires(Permission.PEOPLE_READ)
def skills(code: UUID) -> ResponseReturnValue:
    person = accounts.person_of(code)
    attempts = queries.sign_offs_of([person.id])[person.id]
    return render_template(
        "learning/skills/of_person.html",
        person=person,
        attempts=attempts,
        courses=[(course, queries.standings_in(course, attempts)) for course in queries.courses()],
        determinations=queries.determinations_about([person.id])[person.id],
    )


@bp.route("/determinations/<uuid:code>", methods=["GET", "POST"])
@requires(Permission.HANDS_ON, fresh=True)
@once
def determination(code: UUID) -> ResponseReturnValue:
    """Show a determination, and let an administrator annul it."""
    one, form = queries.determination_of(code), AnnulForm()
    person = accounts.person(one.row.user_id)
    if form.validate_on_submit():
        actions.annul(one.row, form.reason.data.strip(), actor=me(), now=clock.now())
        flash("Annulled. The learner is notified by email with the reason.", "ok")
        return go_to(url_for(".determination", code=code))
    return form_page("learning/skills/determination_admin.html", one=one, person=person, form=form)
