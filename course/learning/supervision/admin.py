"""A learner's supervised sessions in the console, and annulling one of them."""

from uuid import UUID

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from course.learning.supervision import actions, queries
from course.learning.supervision.forms import AnnulForm
from course.people.accounts import queries as accounts
from course.platform import clock
from course.platform.access import Permission, me, requires
from course.platform.forms import form_page, go_to, refuse_field
from course.platform.queries import page_number
from course.platform.sent_forms import once
from course.platform.web import Refused

bp = Blueprint("supervision_admin", __name__, url_prefix="/admin")
PAGE_SIZE = 25


@bp.get("/people/<uuid:code>/supervised")
@requires(Permission.HANDS_ON)
def log(code: UUID) -> ResponseReturnValue:
    person, now = accounts.person_of(code), clock.now()
    page = queries.log_of(person.id, number=page_number(), size=PAGE_SIZE)
    return render_template(
        "learning/supervision/of_person.html",
        person=person,
        page=page,
        counts=queries.counts_of(person.id, now),
        now=now,
    )


@bp.route("/supervised/<uuid:code>", methods=["GET", "POST"])
@requires(Permission.HANDS_ON)
@once
def session(code: UUID) -> ResponseReturnValue:
    found, form = queries.session_of(code), AnnulForm()
    if not form.validate_on_submit():
        return _page(code, form)
    try:
        actions.annul_for(me(), found, form.reason.data, now=clock.now())
    except Refused as refusal:
        refuse_field(form.reason, refusal)
        return _page(code, form, refusal)
    flash("Session annulled. It stays on record with the reason.", "ok")
    return go_to(url_for(".session", code=code))


def _page(code: UUID, form: AnnulForm, refusal: Refused | None = None) -> ResponseReturnValue:
    found = queries.session_of(code)
    return form_page(
        "learning/supervision/admin_session.html",
        refusal=refusal,
        session=found,
        person=accounts.person(found.user_id),
        form=form,
        now=clock.now(),
    )
