"""The health check: /healthz answers if the database does."""

from flask import Blueprint
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from course.platform import db
from course.platform.access import public

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    db.session.execute(text("SELECT 1"))
    return {"status": "ok"}
