"""The page where a learner requests a name correction and follows the request."""

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue

from course.certificates.corrections import actions, queries
from course.certificates.corrections.forms import CorrectionRequestForm
from course.certificates.issuing import queries as register
from course.certificates.issuing.facts import Facts
from course.people.accounts.name_parts import LegalName
from course.platform import clock
from course.platform.access import Permission, me, requires
from course.platform.forms import form_page, go_to, refuse_field
from course.platform.quotas import AccountFull, SiteFull
from course.platform.sent_forms import once
from course.platform.web import Refused, takes_files

bp = Blueprint("corrections", __name__)


@bp.route("/certificates/<code>/name", methods=["GET", "POST"])
@requires(Permission.CERTIFICATE_OWN)
@once
@takes_files(megabytes=11)
def ask(code: str) -> ResponseReturnValue:
    certificate, refused = register.own_certificate(me(), code), None
    form = CorrectionRequestForm(LegalName(certificate.name, Facts.from_json(certificate.facts).name_parts))
    if form.validate_on_submit():
        try:
            actions.ask(me(), certificate, **form.values(), now=clock.now())
        except Refused as refusal:
            refuse_field(form.proof if isinstance(refusal, (AccountFull, SiteFull)) else form.family_name, refusal)
            refused = refusal
        else:
            flash("Correction requested. We will email you when it is decided.", "ok")
            return go_to(url_for(".ask", code=certificate.code))
    return form_page(
        "certificates/corrections/ask.html",
        refusal=refused,
        certificate=certificate,
        standing=certificate.standing_at(clock.now()),
        corrections=queries.asked_for(certificate),
        form=form,
    )
