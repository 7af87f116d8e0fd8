"""Bulk issue in the console: what can be issued, start, progress, cancel remaining."""

from uuid import UUID

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.certificates.bulk import actions, queries
from course.certificates.bulk.models import BulkIssue
from course.content.queries import catalog, course_of
from course.people.accounts import queries as accounts
from course.platform import clock
from course.platform.access import Permission, me, requires
from course.platform.forms import go_to
from course.platform.sent_forms import once

bp = Blueprint("bulk_admin", __name__, url_prefix="/admin/orders")
LIST_SIZE = 50


@bp.get("/")
@requires(Permission.CERTIFICATE_DECIDE)
def bulk_issues() -> ResponseReturnValue:
    issuable, latest = queries.count_issuable(me().id), queries.latest(LIST_SIZE)
    return render_template(
        "certificates/bulk/bulk_issues.html",
        courses=[(course, issuable[id_]) for id_, course in catalog().courses.items() if id_ in issuable],
        bulk_issues=latest,
        awaiting_reason=queries.count_awaiting_reason(),
        titles={id_: course.title for id_, course in catalog().courses.items()},
        people=accounts.people_of([one.actor_id for one in latest]),
    )


@bp.post("/")
@requires(Permission.CERTIFICATE_DECIDE, fresh=True)
@once
def start() -> ResponseReturnValue:
    bulk_issue = actions.start(course_of(request.form.get("course", "")), actor=me(), now=clock.now())
    if bulk_issue.actor_id != me().id:
        flash("These certificates are being issued already.", "info")
    return go_to(url_for(".bulk_issue", code=bulk_issue.code))


@bp.get("/<uuid:code>")
@requires(Permission.CERTIFICATE_DECIDE)
def bulk_issue(code: UUID) -> ResponseReturnValue:
    """Show the page, or only its progress, which a script asks for again and again."""
    found = queries.bulk_issue_of(code)
    name = "certificates/bulk/progress.html" if request.args.get("part") else "certificates/bulk/bulk_issue.html"
    return render_template(name, **_page_values(found))


def _page_values(found: BulkIssue) -> dict[str, object]:
    course = catalog().courses.get(found.course_id)
    return {
        "bulk_issue": found,
        "title": course.title if course else found.course_id,
        "tally": queries.tally(found),
        "refused": queries.refused(found, LIST_SIZE),
        "started_by": accounts.person(found.actor_id).legal_name,
    }


@bp.post("/<uuid:code>/stop")
@requires(Permission.CERTIFICATE_DECIDE)
@once
def cancel_remaining(code: UUID) -> ResponseReturnValue:
    count = actions.cancel_remaining(queries.bulk_issue_of(code), actor=me(), now=clock.now())
    requests = "1 request is" if count == 1 else f"{count} requests are"
    flash(f"Canceled. {requests} waiting again.", "ok")
    return go_to(url_for(".bulk_issue", code=code))
