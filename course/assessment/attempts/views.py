"""Taking an assessment: its cover with the rules, the items one by one or on one page, the overview, the result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.assessment.attempts import actions, attempt_rules, queries, scoring
from course.assessment.attempts.forms import LAST_SERIAL, ReportForm, SaveForm
from course.assessment.attempts.models import Attempt, AttemptItem
from course.content.items import arithmetic
from course.content.items.base import Answer, Fields, Item
from course.content.queries import assessment_of, catalog, module_of, title_of
from course.content.schema.assessment import Assessment, Feedback
from course.learning.study import queries as study
from course.platform import clock, db
from course.platform.access import Permission, me, requires
from course.platform.web import NotFound, Refused
from course.site import site

bp = Blueprint("attempts", __name__)
FIELD = "a"  # the fields of an item's answer begin with it; on a page its position follows
STRANGE = "The page sent something else than an answer. Reload it."


@bp.get("/modules/<slug>/quiz")
@requires(Permission.ATTEMPT)
def quiz(slug: str) -> ResponseReturnValue:
    assessment = catalog().quiz_of(module_of(slug).id)
    if assessment is None:
        raise NotFound
    return redirect(url_for(".cover", assessment_id=assessment.id), 303)


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
        entry=actions.entry_for(me(), assessment, past, clock.now()),
    )


@bp.post("/assessments/<assessment_id>")
@requires(Permission.ATTEMPT)
def start(assessment_id: str) -> ResponseReturnValue:
    attempt = actions.start(me(), assessment_of(assessment_id), now=clock.now())
    return redirect(url_for(".item", code=attempt.code, position=1), 303)


def _rules(attempt: Attempt) -> Assessment | None:
    """The course file's rules; None once the assessment is no longer in it."""
    return catalog().assessments.get(attempt.assessment_id)


@dataclass(frozen=True)
class Again:
    """What a form that was sent back shows again, by position."""

    faults: Mapping[int, str] = field(default_factory=dict)
    drafts: Mapping[int, Answer] = field(default_factory=dict)
    expressions: Mapping[int, str] = field(default_factory=dict)
    results: Mapping[int, str] = field(default_factory=dict)


def _page(template: str, attempt: Attempt, sheet: Sequence[AttemptItem], **more: Any) -> ResponseReturnValue:
    """A page of a running attempt; of one that is over the way to its result."""
    if attempt.submitted_at:
        return redirect(url_for(".result", code=attempt.code), 303)
    over = attempt_rules.is_over(attempt.deadline, attempt.grace_seconds, clock.now())
    return render_template(
        "assessment/attempts/time_up.html" if over else template,
        attempt=attempt,
        title=title_of(attempt.assessment_id),
        sheet=sheet,
        answers=queries.answers_of(attempt.id),
        now=clock.now(),
        **more,
    )


@bp.get("/attempts/<uuid:code>/<int:position>")
@requires(Permission.ATTEMPT)
def item(code: UUID, position: int) -> ResponseReturnValue:
    return _item_page(queries.own_attempt(me(), code), position, Again())


def _item_page(attempt: Attempt, position: int, again: Again) -> ResponseReturnValue:
    sheet = queries.sheet_of(attempt)
    if not 1 <= position <= len(sheet):
        raise NotFound
    (place,) = queries.places([sheet[position - 1]])
    return _page("assessment/attempts/item.html", attempt, sheet, place=place, again=again)


def _read(fields: Fields, name: str) -> actions.Read:
    def read(item: Item, order: Any) -> Answer:
        return item.read(fields, name, order)

    return read


def _save(code: UUID, position: int, form: SaveForm, name: str = FIELD) -> int:
    save = actions.Save(
        me().id, code, position, _read(request.form, name), form.serial.data, form.given_at(), form.spent.data or 0
    )
    outcome: int | Refused = site().saves.do(save)
    if isinstance(outcome, Refused):
        raise outcome
    return outcome


@bp.post("/attempts/<uuid:code>/<int:position>")
@requires(Permission.ATTEMPT)
@db.hands_over
def save(code: UUID, position: int) -> ResponseReturnValue:
    """For scripts: one answer as it is given, however late it arrives."""
    form = SaveForm()
    try:
        if not form.validate_on_submit():
            queries.own_attempt(me(), code)
            raise actions.NotAnOption(STRANGE)
        return {"serial": _save(code, position, form)}
    except Refused as refusal:
        return {"error": refusal.message, "kind": type(refusal).__name__}, refusal.status


@bp.get("/attempts/<uuid:code>/all")
@requires(Permission.ATTEMPT)
def whole(code: UUID) -> ResponseReturnValue:
    return _whole_page(queries.own_attempt(me(), code), Again())


def _whole_page(attempt: Attempt, again: Again) -> ResponseReturnValue:
    sheet = queries.sheet_of(attempt)
    return _page("assessment/attempts/all.html", attempt, sheet, paper=queries.places(sheet), again=again)


@bp.post("/attempts/<uuid:code>/all")
@requires(Permission.ATTEMPT)
def save_whole(code: UUID) -> ResponseReturnValue:
    """Without a script: the answers of all items on the page in one transaction, and on to where the button leads."""
    attempt = queries.own_attempt(me(), code)
    positions = [row.position for row in queries.sheet_of(attempt)]
    saves = [
        actions.Save(me().id, code, n, _read(request.form, f"{FIELD}{n}"), _serial(n))
        for n in positions
        if f"serial{n}" in request.form
    ]
    outcomes = zip(saves, actions.save_all(saves, now=clock.now()), strict=True)
    refused = {save.position: outcome for save, outcome in outcomes if isinstance(outcome, Refused)}
    expressions = {n: text for n in positions if (text := request.form.get(f"expression{n}", "").strip())}
    calculates = "calculate" in request.form or (expressions and request.form.get("go") == "stay")
    if refused or calculates:
        return _shown_again(attempt, refused, expressions, calculates=bool(calculates))
    return _go_on(attempt, len(positions))


def _serial(position: int) -> int:
    serial = request.form.get(f"serial{position}", 0, type=int)
    if not 1 <= serial <= LAST_SERIAL:
        raise actions.NotAnOption(STRANGE)
    return serial


def _shown_again(
    attempt: Attempt, refused: Mapping[int, Refused], expressions: Mapping[int, str], *, calculates: bool
) -> ResponseReturnValue:
    """The page that was sent, with what was typed, why something was not saved, and what was worked out."""
    again = Again(
        {n: refusal.message for n, refusal in refused.items()},
        {n: refusal.draft for n, refusal in refused.items() if isinstance(refusal, actions.NotAnOption)},
        expressions,
        {n: arithmetic.worked_out(text) for n, text in expressions.items()} if calculates else {},
    )
    here = request.form.get("here", 0, type=int)
    page = make_response(_item_page(attempt, here, again) if here else _whole_page(attempt, again))
    if attempt.submitted_at:
        flash(actions.AttemptClosed.message, "warn")
    elif refused:
        page.status_code = max(refusal.status for refusal in refused.values())
    return page


def _go_on(attempt: Attempt, length: int) -> ResponseReturnValue:
    """Where the pressed button leads: to a question, to all of them, to a report, or to the overview."""
    code, here = attempt.code, request.form.get("here", 0, type=int)
    for name, on in {"flag": True, "unflag": False}.items():
        if (marked := request.form.get(name, 0, type=int)) in range(1, length + 1):
            actions.flag(attempt, marked, on=on)
            return _back_to(code, marked if here else 0, marked)
    go = request.form.get("go", "next")
    if go == "stay":
        return _back_to(code, here, 1)
    if go == "report":
        return redirect(url_for(".report", code=code, position=here), 303)
    if go == "all":
        return redirect(url_for(".whole", code=code, _anchor=f"item-{here}"), 303)
    position = {"next": here + 1, "back": here - 1}.get(go) or request.form.get("go", type=int)
    if position and 1 <= position <= length:
        return redirect(url_for(".item", code=code, position=position), 303)
    return redirect(url_for(".overview", code=code), 303)


def _back_to(code: UUID, here: int, position: int) -> ResponseReturnValue:
    """To the question that was shown, or to the page of all of them where `here` is 0."""
    if here:
        return redirect(url_for(".item", code=code, position=here), 303)
    return redirect(url_for(".whole", code=code, _anchor=f"item-{position}"), 303)


@bp.post("/attempts/<uuid:code>/<int:position>/flag")
@requires(Permission.ATTEMPT)
def flag(code: UUID, position: int) -> ResponseReturnValue:
    """For scripts."""
    on = request.form.get("flagged") == "yes"
    actions.flag(queries.own_attempt(me(), code), position, on=on)
    return {"flagged": on}


@bp.post("/attempts/<uuid:code>/calculate")
@requires(Permission.ATTEMPT)
@db.hands_over
def calculate(code: UUID) -> ResponseReturnValue:
    """For scripts."""
    queries.own_attempt(me(), code)
    return {"result": arithmetic.worked_out(request.form.get("expression", ""))}


@bp.route("/attempts/<uuid:code>/<int:position>/report", methods=["GET", "POST"])
@requires(Permission.ATTEMPT)
def report(code: UUID, position: int) -> ResponseReturnValue:
    attempt, form = queries.own_attempt(me(), code), ReportForm()
    place = queries.place_at(attempt, position)
    over = attempt.submitted_at is not None
    back = (
        url_for(".result", code=code, _anchor=f"item-{position}")
        if over
        else url_for(".item", code=code, position=position)
    )
    if form.validate_on_submit():
        actions.report_item(me(), attempt, position, form.text.data, now=clock.now())
        flash("Thank you. Your report lies beside the question's statistics; you get an answer by mail.", "ok")
        return redirect(back, 303)
    page = render_template(
        "assessment/attempts/report.html", title=title_of(attempt.assessment_id), place=place, form=form, back=back
    )
    return page, 422 if request.method == "POST" else 200


@bp.get("/attempts/<uuid:code>/clock")
@requires(Permission.ATTEMPT)
def clock_of(code: UUID) -> ResponseReturnValue:
    """What a page follows: the server's time, the deadline, and which answers stand."""
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
    return _page("assessment/attempts/overview.html", attempt, queries.sheet_of(attempt))


@bp.post("/attempts/<uuid:code>/submit")
@requires(Permission.ATTEMPT)
def submit(code: UUID) -> ResponseReturnValue:
    attempt = actions.submit(me(), queries.own_attempt(me(), code), now=clock.now())
    flash("Your answers are submitted and scored.", "info")
    return redirect(url_for(".result", code=attempt.code), 303)


@bp.get("/attempts/<uuid:code>")
@requires(Permission.ATTEMPT)
def result(code: UUID) -> ResponseReturnValue:
    attempt = queries.own_attempt(me(), code)
    if attempt.submitted_at is None:
        return redirect(url_for(".overview", code=code), 303)
    rules, paper = _rules(attempt), queries.paper_of(attempt)
    past = queries.attempts_at(me().id, attempt.assessment_id)
    next_ = actions.entry_for(me(), rules, past, clock.now()) if rules else None
    earned = {place.position: place.points for place in paper}
    return render_template(
        "assessment/attempts/result.html",
        attempt=attempt,
        title=title_of(attempt.assessment_id),
        paper=paper,
        answers=queries.answers_of(attempt.id),
        missed=scoring.score(paper, earned).missed,
        objectives=scoring.by_objective(paper, earned),
        shown=attempt_rules.shown(rules.feedback, next_) if rules and next_ else frozenset(Feedback.model_fields),
        to_read=next_.to_read if next_ else (),
        never=rules is not None and rules.feedback.answers == "never",
        catalog=catalog(),
    )
