"""The search over modules, glossary and states."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from course.learning.search import queries
from course.platform.access import public

bp = Blueprint("search", __name__)


@bp.get("/search")
@public
def search() -> ResponseReturnValue:
    wanted = request.args.get("q", "").strip()[:100]
    return render_template("learning/search/results.html", q=wanted, results=queries.search(wanted))
