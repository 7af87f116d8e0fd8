"""The home page of a signed-in person: courses with their next steps, changed state law, and deadlines."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from course.certificates.issuing import status_queries
from course.content.queries import catalog
from course.platform import clock
from course.platform.access import Permission, me, requires
from course.reporting.my_states import queries as my_states
from course.states.entries import queries as states

bp = Blueprint("home", __name__)


@bp.get("/home")
@requires(Permission.STUDY)
def home() -> ResponseReturnValue:
    now = clock.now()
    return render_template(
        "reporting/home/home.html",
        courses=catalog().courses.values(),
        progress_and_statuses=status_queries.progress_and_statuses(me(), now),
        deadlines=my_states.deadlines_of(me(), now),
        notices=states.notices_of(me().id),
        states=catalog().jurisdictions,
    )
