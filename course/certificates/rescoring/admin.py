"""Re-scoring in the console: keys that changed, the effect of a decision before it is made, what was decided, and the
certificates that this puts in question."""

from collections import Counter
from dataclasses import dataclass, replace
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.assessment.attempts.scoring import PlacedItem
from course.certificates.completion import queries as completion
from course.certificates.issuing import queries as certificates
from course.certificates.rescoring import actions, queries, rescore
from course.certificates.rescoring.forms import DECISIONS, DecideForm, QuestionForm
from course.certificates.rescoring.models import Question, Rescoring
from course.certificates.rescoring.rescore import Scope
from course.content.queries import catalog, title_of
from course.people.accounts import queries as accounts
from course.platform import clock
from course.platform.access import Permission, me, requires
from course.platform.queries import page_number
from course.platform.web import Refused

bp = Blueprint("rescoring_admin", __name__, url_prefix="/admin")
PAGE = 25
NAMES = 50  # so many people of a list are named in a preview
WORDINGS = 6  # so many wordings are shown; an item with parameters has many


@bp.get("/rescoring/")
@requires(Permission.RESCORE)
def rescorings() -> ResponseReturnValue:
    if item_id := request.args.get("item", "").strip():
        return redirect(url_for(".preview", item_id=item_id), 303)
    page = page_number()
    return render_template(
        "certificates/rescoring/rescorings.html",
        changed=queries.changed_keys(),
        questions=len(queries.open_questions()),
        history=queries.history(page=page, size=PAGE),
        decisions=DECISIONS,
        page=page,
        pages=max(1, -(-queries.count_rescorings() // PAGE)),
    )


@bp.route("/rescoring/<item_id>", methods=["GET", "POST"])
@requires(Permission.RESCORE)
def preview(item_id: str) -> ResponseReturnValue:
    form = DecideForm()
    if not form.validate_on_submit():
        return _preview_page(item_id, form, 422 if request.method == "POST" else 200)
    try:
        done = actions.decide(
            me(),
            item_id,
            form.decision.data,
            take_passes=form.take_passes.data,
            reason=form.reason.data.strip(),
            shown=form.shown.data,
            now=clock.now(),
        )
    except Refused as refusal:
        form.decision.errors = [refusal.message]
        return _preview_page(item_id, form, refusal.status)
    flash("Scored anew. Everyone whose score changed gets a mail.", "ok")
    return redirect(url_for(".rescoring", code=done.code), 303)


@dataclass(frozen=True)
class Reworded:
    """A wording that was answered, in how many attempts, and it with the bank's key; None where that doesn't fit."""

    place: PlacedItem
    attempts: int
    corrected: PlacedItem | None


def _wordings(scope: Scope) -> list[Reworded]:
    answered = Counter(place.digest for sitting in scope.submitted for place in scope.of(sitting))
    found = []
    for digest, place in scope.wordings.items():
        fitting = rescore.rekeyed(place.item, scope.corrected) if scope.corrected else None
        corrected = replace(place, wording=replace(place.wording, item=fitting)) if fitting else None
        found.append(Reworded(place, answered[digest], corrected))
    return sorted(found, key=lambda one: -one.attempts)


def _preview_page(item_id: str, form: DecideForm, status: int) -> ResponseReturnValue:
    scope = queries.scope_of(item_id)
    possible = [name for name in rescore.DECISIONS if rescore.rulings(scope, name)]
    effects = [rescore.effect(scope, name) for name in possible]
    named = {change.sitting.user_id for one in effects for change in (*one.gained[:NAMES], *one.lost[:NAMES])}
    form.shown.data = scope.digest  # what is decided next rests on what is shown now
    form.decision.choices = [choice for choice in form.decision.choices if choice.value in possible]
    page = render_template(
        "certificates/rescoring/preview.html",
        scope=scope,
        module=catalog().items[item_id][1] if scope.corrected else None,
        wordings=_wordings(scope),
        most=WORDINGS,
        effects=[(one, queries.consequences_of(one)) for one in effects],
        people=accounts.people_of(list(named)),
        names=NAMES,
        title_of=title_of,
        decisions=DECISIONS,
        form=form,
    )
    return page, status


@bp.get("/rescorings/<uuid:code>")
@requires(Permission.RESCORE)
def rescoring(code: UUID) -> ResponseReturnValue:
    found = queries.rescoring_of(code)
    page = page_number()
    total = queries.count_rescored(found)
    return render_template(
        "certificates/rescoring/rescoring.html",
        rescoring=found,
        rows=queries.rescored(found, page=page, size=PAGE),
        questions=queries.questions_of(found),
        decisions=DECISIONS,
        title_of=title_of,
        total=total,
        page=page,
        pages=max(1, -(-total // PAGE)),
    )


@bp.get("/questions/")
@requires(Permission.RESCORE)
def questions() -> ResponseReturnValue:
    rows = queries.open_questions()
    asked = [row[0] for row in rows]
    return render_template(
        "certificates/rescoring/questions.html", rows=rows, scores=queries.scores_behind(asked), title_of=title_of
    )


@bp.route("/questions/<uuid:code>", methods=["GET", "POST"])
@requires(Permission.RESCORE)
def question(code: UUID) -> ResponseReturnValue:
    found, rescoring = queries.question_of(code)
    form = QuestionForm()
    if not form.validate_on_submit():
        return _question_page(found, rescoring, form, 422 if request.method == "POST" else 200)
    try:
        told = _DECIDE[form.decision.data](found, form.reason.data.strip())
    except Refused as refusal:
        form.decision.errors = [refusal.message]
        return _question_page(found, rescoring, form, refusal.status)
    flash(told, "ok")
    return redirect(url_for(".questions"), 303)


def _keep(asked: Question, reason: str) -> str:
    actions.keep(asked, reason, actor=me(), now=clock.now())
    return "Kept. The certificate stands."


def _reissue(asked: Question, reason: str) -> str:
    new = actions.reissue(asked, reason, actor=me(), now=clock.now())
    return f"Re-issued as {new.code}. The holder gets a mail, and the old one says that it was replaced."


def _revoke(asked: Question, reason: str) -> str:
    actions.revoke(asked, reason, actor=me(), now=clock.now())
    return "Revoked. The public page says so from now on."


_DECIDE = {"keep": _keep, "re-issue": _reissue, "revoke": _revoke}


def _question_page(asked: Question, rescoring: Rescoring, form: QuestionForm, status: int) -> ResponseReturnValue:
    certificate = certificates.certificate_of(asked.certificate_code)
    person = accounts.person(asked.user_id)
    course = catalog().courses.get(certificate.course_id)
    standing = completion.standing_of(person, course, certificate.cycle) if course else None
    form.offer({"keep", "re-issue"} if standing and standing.complete else {"keep", "revoke"})
    page = render_template(
        "certificates/rescoring/question.html",
        asked=asked,
        rescoring=rescoring,
        certificate=certificate,
        person=person,
        standing=standing,
        scores=queries.scores_behind([asked])[asked.id],
        title_of=title_of,
        now=clock.now(),
        form=form,
    )
    return page, status
