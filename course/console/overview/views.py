"""The console: what needs attention."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from course.assessment.quality import queries as quality
from course.certificates.approvals import queries as approvals
from course.certificates.backdating import queries as backdating
from course.certificates.corrections import queries as corrections
from course.certificates.issuing import queries as certificates
from course.content.queries import catalog
from course.learning.review import queries as reviews
from course.learning.study import queries as study
from course.people.accounts import queries as accounts
from course.platform import clock
from course.platform.access import Permission, requires
from course.reporting.records import queries as records
from course.reporting.transcripts import queries as transcripts
from course.site import site
from course.states.entries import queries as states

bp = Blueprint("overview", __name__, url_prefix="/admin")


@bp.get("/")
@requires(Permission.CONSOLE)
def console() -> ResponseReturnValue:
    return render_template(
        "console/overview/console.html",
        waiting=certificates.count_waiting(),
        checked=records.find_latest(),
        issued=certificates.count_issued(),
        corrections=corrections.count_waiting(),
        backdatings=backdating.count_waiting(),
        people=accounts.count_people(demo=False) + accounts.count_people(demo=True),
        catalog=catalog(),
        template_fault=site().templates.fault(),
        due=sum(entry.is_due(clock.now().date()) for entry in states.entries().values()),
        unreviewed=len(catalog().modules) - len(reviews.reviews_of(catalog().modules.values())),
        uncovered=approvals.uncovered(catalog(), clock.now().date()),
        elsewhere=transcripts.count_unchecked(),
        comments=study.count_comments(),
        reports=sum(quality.open_reports_by_item().values()),
        panels=sum(panel.closed_at is None for panel in quality.panels()),
        items=sum(len(bank.items) for bank in catalog().banks.values()),
    )
