"""The administrators' pages about the states: how far a course reaches in each."""

from collections import Counter

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from course.content.queries import catalog, course_of
from course.platform import clock
from course.platform.access import Permission, requires
from course.states.entries import queries as states
from course.states.requirements.course_reach import Reach, course_reach

bp = Blueprint("readiness_admin", __name__, url_prefix="/admin")


@bp.get("/reach/")
@requires(Permission.STATES_EDIT)
def reach() -> ResponseReturnValue:
    """Show where the course suffices as it is configured, from the content and the entries of this moment."""
    course = course_of(request.args.get("course") or next(iter(catalog().courses)))
    day = clock.now().date()
    entries = {code: entry.state for code, entry in states.entries().items()}
    found = {code: course_reach(course, catalog(), state, code, day) for code, state in entries.items()}
    return render_template(
        "reporting/readiness/reach.html",
        course=course,
        courses=catalog().courses.values(),
        states=entries.values(),
        found=found,
        counts=Counter(one.reach for one in found.values()),
        reaches=list(Reach),
    )
