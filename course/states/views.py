"""What is known of each state's law, for everyone."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from course.access import public
from course.catalog.queries import catalog
from course.web import NotFound

bp = Blueprint("states", __name__)


@bp.get("/states/")
@public
def states() -> ResponseReturnValue:
    return render_template("states/states.html", states=list(catalog().jurisdictions.values()))


@bp.get("/states/<code>")
@public
def state(code: str) -> ResponseReturnValue:
    found = catalog().jurisdictions.get(code.upper())
    if found is None:
        raise NotFound
    if code != found.code:
        return redirect(url_for(".state", code=found.code), 308)
    return render_template("states/state.html", state=found, compiled_on=catalog().compiled_on)
