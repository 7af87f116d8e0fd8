"""The course evaluation."""

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue

from course.certificates.completion import actions, forms, queries
from course.content.queries import catalog, course_of
from course.learning.study import queries as study
from course.platform import clock
from course.platform.access import Permission, me, requires
from course.platform.forms import form_page, go_to
from course.platform.sent_forms import once

bp = Blueprint("completion", __name__)


@bp.route("/courses/<course_id>/evaluation", methods=["GET", "POST"])
@requires(Permission.STUDY)
@once
def evaluation(course_id: str) -> ResponseReturnValue:
    course = course_of(course_id)
    number = study.period_of(me().id, course.id).number
    if (course.id, number) in queries.evaluations_of([me().id])[me().id]:
        flash(actions.EvaluatedAlready.message, "info")
        return go_to(url_for("issuing.course", course_id=course.id))
    questions = catalog().evaluation
    form = forms.evaluation_form(questions)
    if not form.validate_on_submit():
        return form_page(
            "certificates/completion/evaluation.html",
            course=course,
            questions=[(question, form[forms.field_name(question)]) for question in questions],
            form=form,
        )
    actions.evaluate(me(), course, forms.answers(form, questions), now=clock.now())
    flash("Thank you. Your evaluation has been submitted.", "ok")
    return go_to(url_for("issuing.course", course_id=course.id))
