"""The administrators' page about mails that wait to be sent or were given up."""

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from course.platform import clock
from course.platform.access import Permission, requires
from course.platform.forms import go_to
from course.platform.mail import actions, queries
from course.platform.queries import page_number

bp = Blueprint("mail_admin", __name__, url_prefix="/admin/mails")
PAGE_SIZE = 50


@bp.get("/")
@requires(Permission.CONSOLE)
def mails() -> ResponseReturnValue:
    page = queries.undelivered(number=page_number(), size=PAGE_SIZE)
    return render_template("platform/mail/mails.html", page=page, failed=queries.count_failed(), now=clock.now())


@bp.post("/<int:number>/retry")
@requires(Permission.CONSOLE)
def retry(number: int) -> ResponseReturnValue:
    actions.retry(number, now=clock.now())
    flash("The email will be sent again.", "ok")
    return go_to(url_for(".mails"))


@bp.post("/retry")
@requires(Permission.CONSOLE)
def retry_all() -> ResponseReturnValue:
    count = actions.retry_all(now=clock.now())
    flash(f"{count} {'email' if count == 1 else 'emails'} will be sent again.", "ok")
    return go_to(url_for(".mails"))
