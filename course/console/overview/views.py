"""The administrators' overview: what needs attention, and the way to every part of the administration."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from course.assessment.quality import queries as quality
from course.certificates.approvals import queries as approvals
from course.certificates.backdating import queries as backdating
from course.certificates.corrections import queries as corrections
from course.certificates.issuing import queries as certificates
from course.content.queries import catalog
from course.learning.labs import queries as labs
from course.learning.review import queries as reviews
from course.learning.study import queries as study
from course.people.accounts import queries as accounts
from course.platform import clock
from course.platform.access import Permission, requires
from course.platform.mail import queries as mails
from course.reporting.records import queries as records
from course.reporting.transcripts import queries as transcripts
from course.site import site
from course.states.entries import queries as states
from course.states.proof import queries as proof

bp = Blueprint("overview", __name__, url_prefix="/admin")


@bp.get("/")
@requires(Permission.CONSOLE)
def console() -> ResponseReturnValue:
    today, reviewable = clock.now().date(), reviews.reviewable()
    return render_template(
        "console/overview/console.html",
        catalog=catalog(),
        requests=certificates.count_waiting(),
        name_corrections=corrections.count_waiting(),
        backdating_approvals=backdating.count_waiting(),
        external_credits=transcripts.count_undecided(),
        proofs=proof.count_undecided(),
        due_entries=sum(entry.is_due(today) for entry in states.entries().values()),
        failed_mails=mails.count_failed(),
        flagged_labs=labs.count_flagged(),
        labs_to_close=labs.count_to_close(clock.now()),
        unreviewed_modules=len(reviewable) - len(reviews.reviews_of(reviewable)),
        people=accounts.count_people(demo=False) + accounts.count_people(demo=True),
        issued=certificates.count_issued(),
        last_check=records.find_latest(),
        template_fault=site().templates.fault(),
        uncovered_approvals=approvals.uncovered(catalog(), today),
        items=sum(len(bank.items) for bank in catalog().banks.values()),
        problem_reports=sum(quality.open_reports_by_item().values()),
        open_panels=sum(panel.closed_at is None for panel in quality.panels()),
        comments=study.count_comments(),
    )
