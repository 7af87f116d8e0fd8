"""Where a learner says that the name on a certificate is not right, and sees what became of it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.certificates.corrections import actions, queries
from course.certificates.corrections.forms import AskForm
from course.certificates.issuing import queries as certificates
from course.platform import clock
from course.platform.access import Permission, me, requires
from course.platform.web import Refused, takes_files

bp = Blueprint("corrections", __name__)


@bp.route("/certificates/<code>/name", methods=["GET", "POST"])
@requires(Permission.CERTIFICATE_OWN)
@takes_files(megabytes=11)
def ask(code: str) -> ResponseReturnValue:
    certificate = certificates.own_certificate(me(), code)
    form, status = AskForm(certificate.name), 200
    if form.validate_on_submit():
        try:
            actions.ask(
                me(), certificate, name=form.name.data, reason=form.reason.data, proof=form.sent, now=clock.now()
            )
        except Refused as refusal:
            form.name.errors, status = [refusal.message], refusal.status
        else:
            flash("Sent. You will get a mail when it is decided.", "ok")
            return redirect(url_for(".ask", code=certificate.code), 303)
    elif request.method == "POST":
        status = 422
    page = render_template(
        "certificates/corrections/ask.html",
        certificate=certificate,
        standing=certificate.standing_at(clock.now()),
        corrections=queries.asked_for(certificate),
        form=form,
    )
    return page, status
