"""A learner's own skills: how far they are, the answers to sign-offs, and determinations of competence."""

from uuid import UUID

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from course.content.queries import catalog
from course.learning.review import queries as reviews
from course.learning.skills import actions, queries
from course.learning.skills.forms import ContestForm, CountersignForm
from course.platform import clock
from course.platform.access import Permission, me, requires
from course.platform.forms import form_page, go_to
from course.platform.sent_forms import once

bp = Blueprint("skills", __name__, url_prefix="/skills")


@bp.get("/")
@requires(Permission.STUDY)
def skills() -> ResponseReturnValue:
    return _page()


def _page(form: CountersignForm | None = None) -> ResponseReturnValue:
    """Return the page of the learner's skills, with the submitted form if it has errors."""
    attempts = queries.sign_offs_of([me().id])[me().id]
    return form_page(
        "learning/skills/skills.html",
        attempts=attempts,
        waiting=[one for one in attempts if one.answer is None],
        courses=[(course, queries.standings_in(course, attempts)) for course in queries.courses()],
        determinations=queries.determinations_about([me().id])[me().id],
        review=reviews.reviews_of([catalog().skills]).get(catalog().skills.id),
        form=form or CountersignForm(formdata=None),
    )


@bp.post("/countersign")
@requires(Permission.STUDY)
@once
def countersign() -> ResponseReturnValue:
    attempts = {one.row.code: one for one in queries.sign_offs_of([me().id])[me().id]}
    form = CountersignForm.of([(code, one.rubric.title) for code, one in attempts.items()])
    if not form.validate_on_submit():
        return _page(form)
    chosen = [attempts[UUID(code)].row for code in form.sign_offs.data]
    actions.countersign(me(), chosen, now=clock.now())
    flash(f"Countersigned: {len(chosen)} {'sign-off' if len(chosen) == 1 else 'sign-offs'}.", "ok")
    return go_to(url_for(".skills"))


@bp.route("/sign-offs/<uuid:code>", methods=["GET", "POST"])
@requires(Permission.STUDY)
@once
def sign_off(code: UUID) -> ResponseReturnValue:
    """Show one attempt, and let the learner contest it."""
    row, form = queries.own_sign_off(me().id, code), ContestForm()
    if form.validate_on_submit():
        actions.contest(me(), row, form.note.data.strip(), now=clock.now())
        flash("Your note is on record. The instructor gets it by email.", "ok")
        return go_to(url_for(".sign_off", code=code))
    one = next(one for one in queries.sign_offs_of([me().id])[me().id] if one.row.code == code)
    return form_page("learning/skills/sign_off.html", one=one, form=form)


@bp.get("/determinations/<uuid:code>")
@requires(Permission.STUDY)
def determination(code: UUID) -> ResponseReturnValue:
    one = queries.determination_of(code, user_id=me().id)
    return render_template("learning/skills/determination.html", one=one)
