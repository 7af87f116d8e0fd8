"""State entries in the console: which are due for a check, and the page where one is checked and changed."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.content.queries import catalog
from course.platform import clock
from course.platform.access import Permission, me, requires
from course.states.entries import actions, queries
from course.states.entries.forms import EntryForm, form_values

bp = Blueprint("entries_admin", __name__, url_prefix="/admin/states")


@bp.get("/")
@requires(Permission.STATES_EDIT)
def entries() -> ResponseReturnValue:
    today = clock.now().date()
    every = sorted(queries.entries().values(), key=lambda entry: (not entry.is_due(today), entry.checked_on))
    return render_template(
        "states/entries/entries.html", entries=every, today=today, days=catalog().provider.state_check_days
    )


@bp.route("/<code>", methods=["GET", "POST"])
@requires(Permission.STATES_EDIT)
def entry(code: str) -> ResponseReturnValue:
    found = queries.entry_of(code)
    now = clock.now()
    form = EntryForm(now.date(), data=form_values(found.state) | {"checked_on": now.date()})
    if form.validate_on_submit():
        actions.check_entry(
            me(),
            code,
            form.changed(),
            form.source(),
            checked_on=form.checked_on.data,
            note=(form.check_note.data or "").strip(),
            now=now,
        )
        flash(f"{found.state.name}: the check is recorded. Those licensed there are told of what changed.", "ok")
        return redirect(url_for(".entries"), 303)
    page = render_template("states/entries/entry.html", entry=found, form=form, history=queries.history_of(code))
    return page, 422 if request.method == "POST" else 200
