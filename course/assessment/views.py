"""The quiz: its cover with the rules, one page an item, the overview before submitting, and the result."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course import clock
from course.access import Permission, me, requires
from course.assessment import actions, queries, scoring
from course.assessment.forms import AnswerForm
from course.assessment.models import Attempt, AttemptItem
from course.catalog.content import Assessment, Module
from course.catalog.queries import assessment_of, catalog, module_of
from course.web import NotFound, Refused, wants_json

bp = Blueprint("assessment", __name__)


def _quiz(slug: str) -> tuple[Module, Assessment]:
    module = module_of(slug)
    assessment = catalog().quiz_of(slug)
    if assessment is None:
        raise NotFound
    return module, assessment


@bp.get("/modules/<slug>/quiz")
@requires(Permission.ATTEMPT)
def cover(slug: str) -> ResponseReturnValue:
    module, assessment = _quiz(slug)
    past = queries.attempts_at(me().id, assessment.id)
    entry = actions.entry_for(past, assessment, clock.now())
    bank = catalog().banks[assessment.bank]
    return render_template(
        "assessment/cover.html", module=module, assessment=assessment, bank=bank, past=past, entry=entry,
    )  # fmt: skip


@bp.post("/modules/<slug>/quiz")
@requires(Permission.ATTEMPT)
def start(slug: str) -> ResponseReturnValue:
    module, assessment = _quiz(slug)
    bank = catalog().banks[assessment.bank]
    attempt = actions.start(me(), assessment, bank, module, now=clock.now())
    return redirect(url_for(".item", code=attempt.code, position=1), 303)


@bp.get("/attempts/<uuid:code>/<int:position>")
@requires(Permission.ATTEMPT)
def item(code: UUID, position: int) -> ResponseReturnValue:
    attempt = queries.own_attempt(me(), code)
    if attempt.submitted_at:
        return redirect(url_for(".result", code=code), 303)
    return _item_page(attempt, queries.item_at(attempt, position))


def _item_page(
    attempt: Attempt, item: AttemptItem, *, fault: str | None = None, status: int = 200
) -> ResponseReturnValue:
    answers = queries.answers_of(attempt.id)
    page = render_template(
        "assessment/item.html",
        attempt=attempt,
        module=_module_of(attempt),
        item=item,
        length=queries.length_of(attempt),
        answers=answers,
        saved=answers.get(item.position),
        fault=fault,
    )
    return page, status


def _module_of(attempt: Attempt) -> Module:
    return module_of(catalog().banks[assessment_of(attempt.assessment_id).bank].module)


@bp.post("/attempts/<uuid:code>/<int:position>")
@requires(Permission.ATTEMPT)
def save(code: UUID, position: int) -> ResponseReturnValue:
    form = AnswerForm()
    if not form.validate_on_submit():
        return _refuse(code, position, actions.NotAnOption())
    try:
        choice = set(form.choice.data or ())
        serial = actions.save_answer(me(), code, position, choice, serial=form.serial.data, now=clock.now())
    except actions.AnsweredElsewhere as refusal:
        return _refuse(code, position, refusal, choice=refusal.choice, serial=refusal.serial)
    if wants_json():
        return {"serial": serial}
    return _after_saving(queries.own_attempt(me(), code), position)


def _refuse(code: UUID, position: int, refusal: Refused, **saved: Any) -> ResponseReturnValue:
    if wants_json():
        return {"error": refusal.message, **saved}, refusal.status
    attempt = queries.own_attempt(me(), code)
    return _item_page(attempt, queries.item_at(attempt, position), fault=refusal.message, status=refusal.status)


def _after_saving(attempt: Attempt, position: int) -> ResponseReturnValue:
    """Where the pressed button leads: back, on, or to the overview."""
    go = request.form.get("go", "next")
    if go == "back" and position > 1:
        return redirect(url_for(".item", code=attempt.code, position=position - 1), 303)
    if go == "next" and position < queries.length_of(attempt):
        return redirect(url_for(".item", code=attempt.code, position=position + 1), 303)
    return redirect(url_for(".overview", code=attempt.code), 303)


@bp.get("/attempts/<uuid:code>/overview")
@requires(Permission.ATTEMPT)
def overview(code: UUID) -> ResponseReturnValue:
    attempt = queries.own_attempt(me(), code)
    if attempt.submitted_at:
        return redirect(url_for(".result", code=code), 303)
    return render_template(
        "assessment/overview.html", attempt=attempt, module=_module_of(attempt), length=queries.length_of(attempt),
        answers=queries.answers_of(attempt.id),
    )  # fmt: skip


@bp.post("/attempts/<uuid:code>/submit")
@requires(Permission.ATTEMPT)
def submit(code: UUID) -> ResponseReturnValue:
    attempt = actions.submit(me(), queries.own_paper(me(), code), now=clock.now())
    flash("Your answers are submitted and scored.", "info")
    return redirect(url_for(".result", code=attempt.code), 303)


@bp.get("/attempts/<uuid:code>")
@requires(Permission.ATTEMPT)
def result(code: UUID) -> ResponseReturnValue:
    attempt = queries.own_paper(me(), code)
    if attempt.submitted_at is None:
        return redirect(url_for(".overview", code=code), 303)
    answers = {position: saved.choice for position, saved in queries.answers_of(attempt.id).items()}
    paper = queries.keyed(attempt)
    names = {i.version.content["objective"]: i.version.content["objective_text"] for i in attempt.items}
    return render_template(
        "assessment/result.html",
        attempt=attempt,
        missed=scoring.score(paper, answers).missed,
        module=_module_of(attempt),
        answers=answers,
        right={k.position: scoring.item_score(k, answers.get(k.position, frozenset())) == 1 for k in paper},
        objectives={names[id_]: score for id_, score in scoring.by_objective(paper, answers).items()},
    )
