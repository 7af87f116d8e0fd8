"""The administrators' pages on studying: section feedback, and how contact hours are computed."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from course.content.queries import catalog
from course.learning.study import contact_time, queries
from course.platform.access import Permission, requires
from course.platform.queries import page_number

bp = Blueprint("study_admin", __name__, url_prefix="/admin")
PAGE_SIZE = 25


@bp.get("/feedback/")
@requires(Permission.CONSOLE)
def feedback() -> ResponseReturnValue:
    return render_template(
        "learning/study/feedback.html",
        catalog=catalog(),
        counts=queries.feedback_counts(),
        page=queries.comments(number=page_number(), size=PAGE_SIZE),
    )


@bp.get("/hours/")
@requires(Permission.CONSOLE)
def hours() -> ResponseReturnValue:
    modules = list(catalog().modules.values())
    measured = {m.id: contact_time.median_minutes(queries.studied_seconds(m.id, len(m.sections))) for m in modules}
    return render_template(
        "learning/study/hours.html", modules=modules, measured=measured, min_learners=contact_time.MIN_LEARNERS
    )
