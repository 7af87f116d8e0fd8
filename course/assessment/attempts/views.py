"""The pages of an assessment: its cover, its questions one by one or on one page, the overview and the result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.assessment.attempts import attempt_rules, queries, reporting, saving, scoring, taking
from course.assessment.attempts.forms import MAX_SERIAL, PAGE_OUT_OF_DATE, NotAnOption, ReportForm
from course.assessment.attempts.models import Attempt, AttemptItem
from course.content.items import arithmetic
from course.content.items.base import Answer
from course.content.queries import assessment_of, catalog, module_of, title_of
from course.content.schema.assessment import Assessment, Feedback
from course.learning.study import queries as study
from course.platform import clock, db
from course.platform.access import Permission, me, requires
from course.platform.forms import form_page, go_to
from course.platform.queries import found_or_404
from course.platform.sent_forms import once
from course.platform.web import NotFound, Refused

bp = Blueprint("attempts", __name__)


@bp.get("/modules/<slug>/quiz")
@requires(Permission.ATTEMPT)
def quiz(slug: str) -> ResponseReturnValue:
    assessment = found_or_404(catalog().quiz_of(module_of(slug).id))
    return go_to(url_for(".cover", assessment_id=assessment.id))


@bp.get("/assessments/<assessment_id>")
@requires(Permission.ATTEMPT)
def cover(assessment_id: str) -> ResponseReturnValue:
    assessment, content = assessment_of(assessment_id), catalog()
    past = queries.attempts_at(me().id, assessment.id)
    return render_template(
        "assessment/attempts/cover.html",
        assessment=assessment,
        title=content.title_of(assessment),
        title_of=title_of,
        length=content.length_of(assessment),
        must=sum(item.must_pass for bank in assessment.banks for item in content.banks[bank].items),
        module=content.modules[assessment.banks[0]] if len(assessment.banks) == 1 else None,
        catalog=content,
        past=past,
        renewed=study.renewed_at(me().id, assessment.id),
        granted=(granted := queries.granted_to(me().id)),
        minutes=attempt_rules.minutes(assessment.minutes, granted),
        eligibility=taking.eligibility_of(me(), assessment, past, clock.now()),
    )


@bp.post("/assessments/<assessment_id>")
@requires(Permission.ATTEMPT)
def start(assessment_id: str) -> ResponseReturnValue:
    attempt = taking.start(me(), assessment_of(assessment_id), now=clock.now())
    return go_to(url_for(".item", code=attempt.code, position=1))


def _rules(attempt: Attempt) -> Assessment | None:
    """Return the course file's rules, or None if the assessment is no longer in it."""
    return catalog().assessments.get(attempt.assessment_id)


@dataclass(frozen=True)
class Resent:
    """What a page that was refused shows again, by position."""

    errors: Mapping[int, str] = field(default_factory=dict)
    drafts: Mapping[int, Answer] = field(default_factory=dict)
    expressions: Mapping[int, str] = field(default_factory=dict)
    results: Mapping[int, str] = field(default_factory=dict)


def _page(template: str, attempt: Attempt, rows: Sequence[AttemptItem], **more: Any) -> ResponseReturnValue:
    """Return a page of an open attempt. If the attempt is submitted, redirect to its result."""
    if attempt.submitted_at:
        return go_to(url_for(".result", code=attempt.code))
    over = attempt_rules.is_over(attempt.deadline, attempt.grace_seconds, clock.now())
    return render_template(
        "assessment/attempts/time_up.html" if over else template,
        attempt=attempt,
        title=title_of(attempt.assessment_id),
        rows=rows,
        answers=queries.answers_of(attempt.id),
        now=clock.now(),
        **more,
    )


@bp.get("/attempts/<uuid:code>/<int:position>")
@requires(Permission.ATTEMPT)
def item(code: UUID, position: int) -> ResponseReturnValue:
    return _item_page(queries.own_attempt(me(), code), position, Resent())


def _item_page(attempt: Attempt, position: int, resent: Resent) -> ResponseReturnValue:
    rows = queries.item_rows_of(attempt)
    if not 1 <= position <= len(rows):
        raise NotFound
    (place,) = queries.placed([rows[position - 1]])
    return _page("assessment/attempts/item.html", attempt, rows, place=place, resent=resent)


@bp.get("/attempts/<uuid:code>/all")
@requires(Permission.ATTEMPT)
def whole(code: UUID) -> ResponseReturnValue:
    return _whole_page(queries.own_attempt(me(), code), Resent())


def _whole_page(attempt: Attempt, resent: Resent) -> ResponseReturnValue:
    rows = queries.item_rows_of(attempt)
    return _page("assessment/attempts/all.html", attempt, rows, places=queries.placed(rows), resent=resent)


@bp.post("/attempts/<uuid:code>/all")
@requires(Permission.ATTEMPT)
def save_whole(code: UUID) -> ResponseReturnValue:
    """Without a script: save the answers of all items on the page in one transaction, then follow the button."""
    attempt = queries.own_attempt(me(), code)
    positions = [row.position for row in queries.item_rows_of(attempt)]
    saves = [
        saving.Save(me().id, code, n, saving.Sent(request.form, f"{saving.FIELD}{n}"), _serial(n))
        for n in positions
        if f"serial{n}" in request.form
    ]
    outcomes = zip(saves, saving.save_all(saves, now=clock.now()), strict=True)
    refused = {save.position: outcome for save, outcome in outcomes if isinstance(outcome, Refused)}
    expressions = {n: text for n in positions if (text := request.form.get(f"expression{n}", "").strip())}
    calculates = "calculate" in request.form or (expressions and request.form.get("go") == "stay")
    if refused or calculates:
        return _resent_page(attempt, refused, expressions, calculates=bool(calculates))
    return _follow_button(attempt, len(positions))


def _serial(position: int) -> int:
    serial = request.form.get(f"serial{position}", 0, type=int)
    if not 1 <= serial <= MAX_SERIAL:
        raise NotAnOption(PAGE_OUT_OF_DATE)
    return serial


def _resent_page(
    attempt: Attempt, refused: Mapping[int, Refused], expressions: Mapping[int, str], *, calculates: bool
) -> ResponseReturnValue:
    """Return the page that was sent with what was typed, what was not saved and why, and the calculator's results."""
    resent = Resent(
        {n: refusal.message for n, refusal in refused.items()},
        {n: refusal.draft for n, refusal in refused.items() if isinstance(refusal, NotAnOption)},
        expressions,
        {n: arithmetic.worked_out(text) for n, text in expressions.items()} if calculates else {},
    )
    here = request.form.get("here", 0, type=int)
    page = make_response(_item_page(attempt, here, resent) if here else _whole_page(attempt, resent))
    if attempt.submitted_at:
        flash(taking.AttemptClosed.message, "warn")
    elif refused:
        page.status_code = max(refusal.status for refusal in refused.values())
    return page


def _follow_button(attempt: Attempt, length: int) -> ResponseReturnValue:
    """Redirect to where the button leads: a question, all of them, a report, or the overview."""
    code, here = attempt.code, request.form.get("here", 0, type=int)
    for name, on in {"flag": True, "unflag": False}.items():
        if (flagged := request.form.get(name, 0, type=int)) in range(1, length + 1):
            taking.flag(attempt, flagged, on=on)
            return _back_to(code, flagged if here else 0, flagged)
    go = request.form.get("go", "next")
    if go == "stay":
        return _back_to(code, here, 1)
    if go == "report":
        return go_to(url_for(".report", code=code, position=here))
    if go == "all":
        return go_to(url_for(".whole", code=code, _anchor=f"item-{here}"))
    position = {"next": here + 1, "back": here - 1}.get(go) or request.form.get("go", type=int)
    if position and 1 <= position <= length:
        return go_to(url_for(".item", code=code, position=position))
    return go_to(url_for(".overview", code=code))


def _back_to(code: UUID, here: int, position: int) -> ResponseReturnValue:
    """Redirect to the question that was shown, or to the page of all questions if `here` is 0."""
    if here:
        return go_to(url_for(".item", code=code, position=here))
    return go_to(url_for(".whole", code=code, _anchor=f"item-{position}"))


@bp.post("/attempts/<uuid:code>/<int:position>/flag")
@requires(Permission.ATTEMPT)
def flag(code: UUID, position: int) -> ResponseReturnValue:
    """Flag a question for a script, or remove its flag."""
    on = request.form.get("flagged") == "yes"
    taking.flag(queries.own_attempt(me(), code), position, on=on)
    return {"flagged": on}


@bp.post("/attempts/<uuid:code>/calculate")
@requires(Permission.ATTEMPT)
@db.hands_over
def calculate(code: UUID) -> ResponseReturnValue:
    """Calculate an expression for a script."""
    queries.own_attempt(me(), code)
    return {"result": arithmetic.worked_out(request.form.get("expression", ""))}


@bp.route("/attempts/<uuid:code>/<int:position>/report", methods=["GET", "POST"])
@requires(Permission.ATTEMPT)
@once
def report(code: UUID, position: int) -> ResponseReturnValue:
    attempt, form = queries.own_attempt(me(), code), ReportForm()
    place = queries.item_at(attempt, position)
    back = (
        url_for(".result", code=code, _anchor=f"item-{position}")
        if attempt.submitted_at
        else url_for(".item", code=code, position=position)
    )
    if form.validate_on_submit():
        reporting.report_item(me(), attempt, position, form.text.data, now=clock.now())
        flash("Thank you for your report. The answer will come by email.", "ok")
        return go_to(back)
    title = title_of(attempt.assessment_id)
    return form_page("assessment/attempts/report.html", attempt=attempt, title=title, place=place, form=form, back=back)


@bp.get("/attempts/<uuid:code>/clock")
@requires(Permission.ATTEMPT)
def clock_of(code: UUID) -> ResponseReturnValue:
    """Return what a page follows: the server's time, the deadline, and the serial of each saved answer."""
    attempt = queries.own_attempt(me(), code)
    return {
        "now": clock.now().isoformat(),
        "deadline": attempt.deadline.isoformat() if attempt.deadline else None,
        "submitted": attempt.submitted_at is not None,
        "serials": {n: saved.serial for n, saved in queries.answers_of(attempt.id).items()},
    }


@bp.get("/attempts/<uuid:code>/overview")
@requires(Permission.ATTEMPT)
def overview(code: UUID) -> ResponseReturnValue:
    attempt = queries.own_attempt(me(), code)
    return _page("assessment/attempts/overview.html", attempt, queries.item_rows_of(attempt))


@bp.post("/attempts/<uuid:code>/submit")
@requires(Permission.ATTEMPT)
def submit(code: UUID) -> ResponseReturnValue:
    attempt = taking.submit(me(), queries.own_attempt(me(), code), now=clock.now())
    flash("Your answers are submitted and scored.", "info")
    return go_to(url_for(".result", code=attempt.code))


@bp.get("/attempts/<uuid:code>")
@requires(Permission.ATTEMPT)
def result(code: UUID) -> ResponseReturnValue:
    attempt = queries.own_attempt(me(), code)
    if attempt.submitted_at is None:
        return go_to(url_for(".overview", code=code))
    rules, places = _rules(attempt), queries.items_of(attempt)
    past = queries.attempts_at(me().id, attempt.assessment_id)
    eligibility = taking.eligibility_of(me(), rules, past, clock.now()) if rules else None
    earned = {place.position: place.points for place in places}
    visible = attempt_rules.visible_feedback(rules.feedback, eligibility) if rules and eligibility else None
    return render_template(
        "assessment/attempts/result.html",
        attempt=attempt,
        title=title_of(attempt.assessment_id),
        places=places,
        answers=queries.answers_of(attempt.id),
        missed=scoring.score(places, earned).missed,
        objectives=scoring.by_objective(places, earned),
        shown=frozenset(Feedback.model_fields) if visible is None else visible,
        to_read=eligibility.to_read if eligibility else (),
        never=rules is not None and rules.feedback.answers == "never",
        catalog=catalog(),
    )
