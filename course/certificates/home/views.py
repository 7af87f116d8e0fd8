"""The home page of a signed-in person: each course with its status and next step, and notices of changed state law."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from course.certificates.issuing import status_queries
from course.content.queries import catalog
from course.platform import clock
from course.platform.access import Permission, me, requires
from course.states.entries import queries as states

bp = Blueprint("home", __name__)


@bp.get("/home")
@requires(Permission.STUDY)
def home() -> ResponseReturnValue:
    return render_template(
        "certificates/home/home.html",
        courses=catalog().courses.values(),
        progress_and_statuses=status_queries.progress_and_statuses(me(), clock.now()),
        notices=states.notices_of(me().id),
        states=catalog().jurisdictions,
    )
