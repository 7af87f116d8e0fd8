"""The administrators' pages for state entries: which are due for a check, and the form that records one."""

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue

from course.content.queries import catalog
from course.people.accounts import queries as accounts
from course.platform import clock
from course.platform.access import Permission, me, requires
from course.platform.forms import form_page, go_to
from course.platform.sent_forms import once
from course.states.entries import actions, queries
from course.states.entries.forms import form_for
from course.states.requirements import wording

bp = Blueprint("entries_admin", __name__, url_prefix="/admin/states")


@bp.get("/")
@requires(Permission.STATES_EDIT)
def entries() -> ResponseReturnValue:
    today = clock.now().date()
    due_first = sorted(queries.entries().values(), key=lambda entry: (not entry.is_due(today), entry.state.checked_on))
    return render_template(
        "states/entries/entries.html",
        entries=due_first,
        today=today,
        days=catalog().provider.state_check_days,
        wording=wording,
    )


@bp.route("/<code>", methods=["GET", "POST"])
@requires(Permission.STATES_EDIT)
@once
def entry(code: str) -> ResponseReturnValue:
    entry_ = queries.entry_of(code)
    now = clock.now()
    today = accounts.latest_today(me(), now)
    form = form_for(entry_.state, today, min(today, now.date()))
    if form.validate_on_submit():
        actions.check_entry(
            me(),
            code,
            form.entry_fields(),
            form.source_data(),
            checked_on=form.checked_on.data,
            note=(form.check_note.data or "").strip(),
            now=now,
            rules=form.rules(),
            confirmed=form.confirmed(),
        )
        flash(
            f"The check of {entry_.state.name} is recorded. People licensed there are notified of changes.",
            "ok",
        )
        return go_to(url_for(".entries"))
    return form_page(
        "states/entries/entry.html", entry=entry_, form=form, history=queries.history_of(code), wording=wording
    )
