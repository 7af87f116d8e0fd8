"""Taking an assessment: its cover with the rules, the items one by one or on one page, the overview, the result."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course import clock, db
from course.access import Permission, me, requires
from course.assessment import actions, entry, queries, scoring
from course.assessment.forms import ReportForm, SaveForm
from course.assessment.models import Attempt
from course.catalog import arithmetic
from course.catalog.content import Assessment, Feedback
from course.catalog.items.base import Answer, Fields, Item
from course.catalog.queries import assessment_of, catalog, module_of
from course.web import NotFound, Refused, wants_json

bp = Blueprint("assessment", __name__)
FIELD = "a"  # the fields of an item's answer begin with it; on the page of all items its position follows


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
        "assessment/cover.html",
        assessment=assessment,
        title=content.title_of(assessment),
        length=content.length_of(assessment),
        must=sum(item.must_pass for bank in assessment.banks for item in content.banks[bank].items),
        module=content.modules[assessment.banks[0]] if len(assessment.banks) == 1 else None,
        catalog=content,
        past=past,
        granted=queries.granted_to(me().id),
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


def _title(attempt: Attempt) -> str:
    rules = _rules(attempt)
    return catalog().title_of(rules) if rules else attempt.assessment_id


def _is_over(attempt: Attempt) -> bool:
    """Whether the time and the grace are over; the attempt is then as good as submitted."""
    if attempt.deadline is None:
        return False
    return clock.now() >= entry.closes_at(attempt.deadline, attempt.grace_seconds)


def _page(template: str, attempt: Attempt, *, status: int = 200, **more: Any) -> ResponseReturnValue:
    """A page of a running attempt; of one that is over the way to its result."""
    if attempt.submitted_at:
        return redirect(url_for(".result", code=attempt.code), 303)
    if _is_over(attempt):
        template = "assessment/time_up.html"
    page = render_template(
        template,
        attempt=attempt,
        title=_title(attempt),
        sheet=queries.sheet_of(attempt),
        answers=queries.answers_of(attempt.id),
        now=clock.now(),
        **more,
    )
    return page, status


@bp.get("/attempts/<uuid:code>/<int:position>")
@requires(Permission.ATTEMPT)
def item(code: UUID, position: int) -> ResponseReturnValue:
    attempt = queries.own_attempt(me(), code)
    return _item_page(attempt, position)


def _item_page(attempt: Attempt, position: int, *, status: int = 200, **more: Any) -> ResponseReturnValue:
    place = queries.place_at(attempt, position)
    told = {"fault": None, "calculation": None, "report": ReportForm(formdata=None)} | more
    return _page("assessment/item.html", attempt, status=status, place=place, name=FIELD, **told)


def _read(fields: Fields, name: str) -> actions.Read:
    def read(item: Item, order: Any) -> Answer:
        return item.read(fields, name, order)

    return read


def _save(code: UUID, position: int, form: SaveForm, name: str = FIELD) -> int:
    save = actions.Save(
        me().id, code, position, _read(request.form, name), form.serial.data, form.given_at(), form.spent.data or 0
    )
    outcome: int | Refused = current_app.extensions["saves"].do(save)
    if isinstance(outcome, Refused):
        raise outcome
    return outcome


@bp.post("/attempts/<uuid:code>/<int:position>")
@requires(Permission.ATTEMPT)
@db.hands_over
def save(code: UUID, position: int) -> ResponseReturnValue:
    form = SaveForm()
    if not form.validate_on_submit():
        return _refuse(code, position, actions.NotAnOption("The page sent something else than an answer. Reload it."))
    try:
        serial = _save(code, position, form)
    except Refused as refusal:
        return _refuse(code, position, refusal)
    if wants_json():
        return {"serial": serial}
    return _after_saving(queries.own_attempt(me(), code), position)


def _refuse(code: UUID, position: int, refusal: Refused) -> ResponseReturnValue:
    """Says why nothing was saved, and shows what stands."""
    attempt = queries.own_attempt(me(), code)
    if not wants_json():
        return _item_page(attempt, position, fault=refusal.message, status=refusal.status)
    told: dict[str, Any] = {"error": refusal.message, "kind": type(refusal).__name__}
    if isinstance(refusal, actions.AnsweredElsewhere):
        place = queries.place_at(attempt, position)
        name = request.form.get("name", FIELD)
        told |= {
            "serial": refusal.serial,
            "html": render_template("assessment/ask.html", place=place, answer=refusal.answer, name=name),
        }
    return told, refusal.status


def _after_saving(attempt: Attempt, position: int) -> ResponseReturnValue:
    """Where the pressed button leads: back, on, to the calculation, or to the overview."""
    go = request.form.get("go", "next")
    if go == "calculate":
        result = arithmetic.worked_out(request.form.get("expression", ""))
        return _item_page(attempt, position, calculation=result)
    if go == "back" and position > 1:
        return redirect(url_for(".item", code=attempt.code, position=position - 1), 303)
    if go == "next" and position < len(queries.sheet_of(attempt)):
        return redirect(url_for(".item", code=attempt.code, position=position + 1), 303)
    return redirect(url_for(".overview", code=attempt.code), 303)


@bp.post("/attempts/<uuid:code>/calculate")
@requires(Permission.ATTEMPT)
def calculate(code: UUID) -> ResponseReturnValue:
    queries.own_attempt(me(), code)
    return {"result": arithmetic.worked_out(request.form.get("expression", ""))}


@bp.get("/attempts/<uuid:code>/all")
@requires(Permission.ATTEMPT)
def whole(code: UUID) -> ResponseReturnValue:
    return _whole_page(queries.own_attempt(me(), code))


def _whole_page(attempt: Attempt, faults: Mapping[int, str] | None = None) -> ResponseReturnValue:
    status = 409 if faults else 200
    paper = queries.paper_of(attempt)
    return _page("assessment/all.html", attempt, status=status, paper=paper, faults=faults or {}, field=FIELD)


@bp.post("/attempts/<uuid:code>/all")
@requires(Permission.ATTEMPT)
def save_whole(code: UUID) -> ResponseReturnValue:
    """Without a script: the answers of all items in one transaction."""
    attempt = queries.own_attempt(me(), code)
    positions = [row.position for row in queries.sheet_of(attempt)]
    saves = [
        actions.Save(
            me().id, code, n, _read(request.form, f"{FIELD}{n}"), request.form.get(f"serial{n}", 1, type=int)
        )
        for n in positions
    ]  # fmt: skip
    outcomes = actions.save_all(saves, now=clock.now())
    faults = {n: o.message for n, o in zip(positions, outcomes, strict=True) if isinstance(o, Refused)}
    if faults:
        return _whole_page(attempt, faults)
    return redirect(url_for(".overview", code=code), 303)


@bp.post("/attempts/<uuid:code>/<int:position>/flag")
@requires(Permission.ATTEMPT)
def flag(code: UUID, position: int) -> ResponseReturnValue:
    on = request.form.get("flagged") == "yes"
    actions.flag(queries.own_attempt(me(), code), position, on=on)
    if wants_json():
        return {"flagged": on}
    return redirect(url_for(".item", code=code, position=position), 303)


@bp.post("/attempts/<uuid:code>/<int:position>/report")
@requires(Permission.ATTEMPT)
def report(code: UUID, position: int) -> ResponseReturnValue:
    attempt = queries.own_attempt(me(), code)
    form = ReportForm()
    if not form.validate_on_submit():
        if attempt.submitted_at:
            flash("Say in a few words what is wrong with the question.", "danger")
            return redirect(url_for(".result", code=code, _anchor=f"item-{position}"), 303)
        return _item_page(attempt, position, report=form, status=422)
    actions.report_item(me(), attempt, position, form.text.data, now=clock.now())
    flash("Thank you. Your report lies beside the question's statistics; you get an answer by mail.", "ok")
    if attempt.submitted_at:
        return redirect(url_for(".result", code=code, _anchor=f"item-{position}"), 303)
    return redirect(url_for(".item", code=code, position=position), 303)


@bp.get("/attempts/<uuid:code>/clock")
@requires(Permission.ATTEMPT)
def clock_of(code: UUID) -> ResponseReturnValue:
    """What a page follows: the server's time, the deadline, and which answers stand."""
    attempt = queries.own_attempt(me(), code)
    return {
        "now": clock.now().isoformat(),
        "deadline": attempt.deadline.isoformat() if attempt.deadline else None,
        "over": attempt.submitted_at is not None or _is_over(attempt),
        "serials": {n: saved.serial for n, saved in queries.answers_of(attempt.id).items()},
    }


@bp.get("/attempts/<uuid:code>/overview")
@requires(Permission.ATTEMPT)
def overview(code: UUID) -> ResponseReturnValue:
    return _page("assessment/overview.html", queries.own_attempt(me(), code))


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
        "assessment/result.html",
        attempt=attempt,
        title=_title(attempt),
        paper=paper,
        answers=queries.answers_of(attempt.id),
        missed=scoring.score(paper, earned).missed,
        objectives=scoring.by_objective(paper, earned),
        shown=entry.shown(rules.feedback, next_) if rules and next_ else frozenset(Feedback.model_fields),
        to_read=next_.to_read if next_ else (),
        catalog=catalog(),
        report=ReportForm(formdata=None),
    )
