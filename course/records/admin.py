"""The self-check's result in the console."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from course import clock
from course.access import Permission, requires
from course.certificates import queries as certificates
from course.records import actions, queries

bp = Blueprint("records", __name__, url_prefix="/admin")
HISTORY = 30


@bp.get("/checks/")
@requires(Permission.RECORDS)
def checks() -> ResponseReturnValue:
    return render_template(
        "records/checks.html",
        latest=queries.find_latest(),
        running=queries.find_running(),
        history=queries.latest_checks(HISTORY),
        issued=certificates.count_issued(),
        most=actions.SHOWN,
    )


@bp.post("/checks/")
@requires(Permission.RECORDS)
def check_now() -> ResponseReturnValue:
    actions.begin(now=clock.now())
    return redirect(url_for(".checks"), 303)
