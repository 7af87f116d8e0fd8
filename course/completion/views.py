"""The learner's home: what is done, what is missing and why, the next step; and the course evaluation."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course import clock
from course.access import Permission, me, requires
from course.catalog.queries import catalog, course_of
from course.completion import actions, forms, queries
from course.completion.steps import step_url
from course.states import queries as states
from course.study import queries as study

bp = Blueprint("completion", __name__)


@bp.get("/home")
@requires(Permission.STUDY)
def home() -> ResponseReturnValue:
    return render_template(
        "completion/home.html",
        standings=queries.standings_of(me()),
        notices=states.notices_of(me().id),
        states=catalog().jurisdictions,
        catalog=catalog(),
        step_url=step_url,
    )


@bp.route("/courses/<course_id>/evaluation", methods=["GET", "POST"])
@requires(Permission.STUDY)
def evaluation(course_id: str) -> ResponseReturnValue:
    course = course_of(course_id)
    number = study.period_of(me().id, course.id).number
    if (course.id, number) in queries.evaluations_of([me().id])[me().id]:
        flash(actions.EvaluatedAlready.message, "info")
        return redirect(url_for("certificates.course", course_id=course.id), 303)
    questions = catalog().evaluation
    form = forms.evaluation_form(questions)
    if not form.validate_on_submit():
        status = 422 if request.method == "POST" else 200
        return render_template("completion/evaluation.html", course=course, form=form, questions=questions), status
    actions.evaluate(me(), course, forms.answers(form, questions), now=clock.now())
    flash("Thank you, your evaluation is saved.", "ok")
    return redirect(url_for("certificates.course", course_id=course.id), 303)
