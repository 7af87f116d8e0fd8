"""Approvals in the console: by course, and what they do not cover now or after the next start."""

from uuid import UUID

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.certificates.approvals import actions, queries
from course.certificates.approvals.coverage import differences, status_on
from course.certificates.approvals.forms import ApprovalForm, WithdrawForm
from course.content.loader.load import ContentInvalid
from course.content.loader.reload import load_if_changed
from course.content.queries import catalog, course_of
from course.platform import clock
from course.platform.access import Permission, me, requires
from course.platform.forms import form_page, go_to
from course.platform.sent_forms import once
from course.site import site

bp = Blueprint("approvals_admin", __name__, url_prefix="/admin/approvals")


@bp.get("/")
@requires(Permission.APPROVALS)
def approvals() -> ResponseReturnValue:
    today = clock.now().date()
    return render_template(
        "certificates/approvals/approvals.html",
        courses=[(course, queries.offering(catalog(), course)) for course in catalog().courses.values()],
        approvals=queries.on_record(),
        withdrawn_numbers=queries.withdrawn_numbers(),
        uncovered=queries.uncovered(catalog(), today),
        today=today,
        status_on=status_on,
        differences=differences,
    )


@bp.get("/next")
@requires(Permission.APPROVALS)
def coming() -> ResponseReturnValue:
    """Compare the content files, which the next start will serve, with the approvals in force."""
    found = load_if_changed(site().config.modules, site().config.quizzes)
    files, problems = (None, found.problems) if isinstance(found, ContentInvalid) else (found, [])
    uncovered = queries.uncovered(files, clock.now().date()) if files else []
    return render_template(
        "certificates/approvals/next.html", files=files, served=catalog(), problems=problems, uncovered=uncovered
    )


@bp.route("/new/<course_id>", methods=["GET", "POST"])
@requires(Permission.APPROVALS)
@once
def new(course_id: str) -> ResponseReturnValue:
    course = course_of(course_id)
    like = queries.approval_of(code) if (code := request.args.get("like", type=UUID)) else None
    served = queries.offering(catalog(), course)
    form = ApprovalForm(served, catalog().licensing_places, like)
    if not form.validate_on_submit():
        return form_page("certificates/approvals/new.html", course=course, served=served, form=form)
    now = clock.now()
    approval_ = actions.record_approval(me(), course, **form.values(), now=now)
    if approval_.recorded_at == now:
        flash("Approval recorded.", "ok")
        return go_to(url_for(".approvals"))
    flash("This approval is on record already. Nothing was added.", "info")
    return go_to(url_for(".approval", code=approval_.code))


@bp.route("/<uuid:code>", methods=["GET", "POST"])
@requires(Permission.APPROVALS)
@once
def approval(code: UUID) -> ResponseReturnValue:
    found, now = queries.approval_of(code), clock.now()
    form = WithdrawForm(found, now.date())
    if form.validate_on_submit():
        terms = {"why": form.why.data, "first_day": form.first_day.data, "with_others": form.with_others.data}
        actions.withdraw(me(), found, **terms, now=now)
        flash("Approval withdrawn. Certificates that already name it stay as they are.", "ok")
        return go_to(url_for(".approval", code=code))
    course = catalog().courses.get(found.course_id)
    return form_page(
        "certificates/approvals/approval.html",
        approval=found,
        course=course,
        status=status_on(found.terms, now.date()),
        differences=differences(found.terms, queries.offering(catalog(), course)) if course else (),
        form=form,
        others=queries.others_of_number(found),
    )
