"""The front page."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from course.content.queries import catalog
from course.platform.access import public

bp = Blueprint("front", __name__)


@bp.get("/")
@public
def front() -> ResponseReturnValue:
    return render_template("console/front/front.html", catalog=catalog())
