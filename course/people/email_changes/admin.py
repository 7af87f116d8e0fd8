"""The administrators' page for a person who can't reach the mailbox of their account any more."""

from uuid import UUID

from flask import Blueprint, flash, url_for
from flask.typing import ResponseReturnValue

from course.people.accounts import queries as accounts
from course.people.accounts.models import User
from course.people.email_changes import actions
from course.people.email_changes.forms import EmailOfPersonForm
from course.platform import clock
from course.platform.access import Permission, me, requires
from course.platform.forms import form_page, go_to, refuse_field
from course.platform.sent_forms import once
from course.platform.web import Refused

bp = Blueprint("email_changes_admin", __name__, url_prefix="/admin/people/<uuid:code>/email")


@bp.route("", methods=["GET", "POST"])
@requires(Permission.PEOPLE_CHANGE, fresh=True)
@once
def change(code: UUID) -> ResponseReturnValue:
    person, form = accounts.person_of(code), EmailOfPersonForm()
    if not form.validate_on_submit():
        return _page(person, form)
    try:
        actions.ask(person, form.email.data, now=clock.now(), admin=me(), proof=form.proof.data.strip())
    except actions.SameEmail as refusal:
        refuse_field(form.email, refusal)
        return _page(person, form, refusal)
    flash(f"We sent a link to {form.email.data}. The email changes when the person opens it.", "mail")
    return go_to(url_for(".change", code=code))


def _page(person: User, form: EmailOfPersonForm, refusal: Refused | None = None) -> ResponseReturnValue:
    return form_page(
        "people/email_changes/admin.html",
        refusal=refusal,
        form=form,
        person=person,
        waiting=accounts.waiting_email_changes(person.id),
        oneself=person.id == me().id,
    )
