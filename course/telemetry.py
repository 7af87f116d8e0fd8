"""Whether the process can serve: /healthz asks the database."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from course import db
from course.access import public

bp = Blueprint("telemetry", __name__)


@bp.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    db.session.execute(text("SELECT 1"))
    return {"status": "ok"}
