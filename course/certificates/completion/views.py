"""The learner's home: what is done, what is missing and why, the next step; and the course evaluation."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.certificates.completion import actions, forms, queries
from course.certificates.completion.steps import step_url
from course.content.queries import catalog, course_of
from course.learning.study import queries as study
from course.platform import clock
from course.platform.access import Permission, me, requires
from course.states.entries import queries as states

bp = Blueprint("completion", __name__)


@bp.get("/home")
@requires(Permission.STUDY)
def home() -> ResponseReturnValue:
    return render_template(
        "certificates/completion/home.html",
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
        return redirect(url_for("issuing.course", course_id=course.id), 303)
    questions = catalog().evaluation
    form = forms.evaluation_form(questions)
    if not form.validate_on_submit():
        status = 422 if request.method == "POST" else 200
        return render_template(
            "certificates/completion/evaluation.html", course=course, form=form, questions=questions
        ), status
    actions.evaluate(me(), course, forms.answers(form, questions), now=clock.now())
    flash("Thank you, your evaluation is saved.", "ok")
    return redirect(url_for("issuing.course", course_id=course.id), 303)
