"""The front page."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from course.access import public
from course.catalog.queries import catalog

bp = Blueprint("catalog", __name__)


@bp.get("/")
@public
def front() -> ResponseReturnValue:
    return render_template("catalog/front.html", catalog=catalog())
