"""Rescoring in the console: items with a changed key, the effect of each decision, and what was decided."""

from collections import Counter
from dataclasses import dataclass, replace
from uuid import UUID

from flask import Blueprint, flash, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.assessment.attempts.scoring import PlacedItem
from course.certificates.completion import queries as completion
from course.certificates.issuing import queries as certificates
from course.certificates.rescoring import actions, queries, rescoring_effect
from course.certificates.rescoring.forms import DECISIONS, CertificateForm, RescoringForm
from course.certificates.rescoring.models import CertificateQuestion, Rescoring
from course.certificates.rescoring.rescoring_effect import RescoringScope
from course.content.queries import catalog, title_of
from course.people.accounts import queries as accounts
from course.platform import clock
from course.platform.access import Permission, me, requires
from course.platform.forms import form_page, go_to, refuse_field
from course.platform.queries import page_number
from course.platform.sent_forms import once
from course.platform.web import Refused

bp = Blueprint("rescoring_admin", __name__, url_prefix="/admin")
PAGE_SIZE = 25
MAX_NAMES = 50  # of people, in each list of a preview
MAX_WORDINGS = 6  # in a preview; an item with parameters has many


@bp.get("/rescoring/")
@requires(Permission.RESCORE)
def rescorings() -> ResponseReturnValue:
    if item_id := request.args.get("item", "").strip():
        return go_to(url_for(".preview", item_id=item_id))
    return render_template(
        "certificates/rescoring/rescorings.html",
        changed=queries.changed_keys(),
        questions=len(queries.open_questions()),
        history=queries.history(number=page_number(), size=PAGE_SIZE),
        decisions=DECISIONS,
    )


@bp.route("/rescoring/<item_id>", methods=["GET", "POST"])
@requires(Permission.RESCORE, fresh=True)
@once
def preview(item_id: str) -> ResponseReturnValue:
    form = RescoringForm()
    if not form.validate_on_submit():
        return _preview_page(item_id, form)
    try:
        decided = actions.decide(
            me(),
            item_id,
            form.decision.data,
            take_passes=form.take_passes.data,
            reason=form.reason.data.strip(),
            shown=form.shown.data,
            now=clock.now(),
        )
    except Refused as refusal:
        refuse_field(form.decision, refusal)
        return _preview_page(item_id, form, refusal)
    flash("Rescored. Everyone whose score changed will get an email.", "ok")
    return go_to(url_for(".rescoring", code=decided.code))


@dataclass(frozen=True)
class AnsweredWording:
    """A wording, the number of its attempts, and the wording with the bank's key; None if that does not fit."""

    place: PlacedItem
    attempts: int
    corrected: PlacedItem | None


def _wordings(scope: RescoringScope) -> list[AnsweredWording]:
    """Return the wordings that were answered, those with most attempts first."""
    answered = Counter(place.digest for attempt in scope.submitted for place in scope.of(attempt))
    found = []
    for digest, place in scope.wordings.items():
        fitting = rescoring_effect.rekeyed(place.item, scope.corrected) if scope.corrected else None
        corrected = replace(place, wording=replace(place.wording, item=fitting)) if fitting else None
        found.append(AnsweredWording(place, answered[digest], corrected))
    return sorted(found, key=lambda one: -one.attempts)


def _preview_page(item_id: str, form: RescoringForm, refusal: Refused | None = None) -> ResponseReturnValue:
    scope = queries.scope_of(item_id)
    possible = [name for name in rescoring_effect.DECISIONS if rescoring_effect.rulings(scope, name)]
    effects = [rescoring_effect.effect_of(scope, name) for name in possible]
    named = {change.attempt.user_id for one in effects for change in (*one.gained[:MAX_NAMES], *one.lost[:MAX_NAMES])}
    form.shown.data = scope.digest  # the next decision is based on what this page shows
    form.decision.choices = [choice for choice in form.decision.choices if choice.value in possible]
    return form_page(
        "certificates/rescoring/preview.html",
        refusal=refusal,
        scope=scope,
        module=catalog().items[item_id][1] if scope.corrected else None,
        wordings=_wordings(scope),
        max_wordings=MAX_WORDINGS,
        effects=[(one, queries.consequences_of(one)) for one in effects],
        people=accounts.people_of(list(named)),
        max_names=MAX_NAMES,
        title_of=title_of,
        decisions=DECISIONS,
        form=form,
    )


@bp.get("/rescorings/<uuid:code>")
@requires(Permission.RESCORE)
def rescoring(code: UUID) -> ResponseReturnValue:
    found = queries.rescoring_of(code)
    return render_template(
        "certificates/rescoring/rescoring.html",
        rescoring=found,
        page=queries.rescored(found, number=page_number(), size=PAGE_SIZE),
        questions=queries.questions_of(found),
        decisions=DECISIONS,
        title_of=title_of,
    )


@bp.get("/questions/")
@requires(Permission.RESCORE)
def questions() -> ResponseReturnValue:
    rows = queries.open_questions()
    return render_template(
        "certificates/rescoring/questions.html",
        rows=rows,
        scores=queries.scores_behind([row.CertificateQuestion for row in rows]),
        title_of=title_of,
    )


@bp.route("/questions/<uuid:code>", methods=["GET", "POST"])
@requires(Permission.RESCORE, fresh=True)
@once
def question(code: UUID) -> ResponseReturnValue:
    found, rescoring = queries.question_of(code)
    form = CertificateForm()
    if not form.validate_on_submit():
        return _question_page(found, rescoring, form)
    try:
        message = _DECIDE[form.decision.data](found, form.reason.data.strip())
    except Refused as refusal:
        refuse_field(form.decision, refusal)
        return _question_page(found, rescoring, form, refusal)
    flash(message, "ok")
    return go_to(url_for(".questions"))


def _keep(question: CertificateQuestion, reason: str) -> str:
    actions.keep(question, reason, actor=me(), now=clock.now())
    return "Kept. The certificate stays valid."


def _reissue(question: CertificateQuestion, reason: str) -> str:
    new = actions.reissue(question, reason, actor=me(), now=clock.now())
    return f"Reissued as {new.code}. The holder will get an email."


def _revoke(question: CertificateQuestion, reason: str) -> str:
    actions.revoke(question, reason, actor=me(), now=clock.now())
    return "Revoked. The public page now shows this."


_DECIDE = {"keep": _keep, "re-issue": _reissue, "revoke": _revoke}


def _question_page(
    question: CertificateQuestion, rescoring: Rescoring, form: CertificateForm, refusal: Refused | None = None
) -> ResponseReturnValue:
    certificate = certificates.certificate_of(question.certificate_code)
    person = accounts.person(question.user_id)
    course = catalog().courses.get(certificate.course_id)
    progress = completion.progress_of(person, course, certificate.cycle) if course else None
    form.offer({"keep", "re-issue"} if progress and progress.complete else {"keep", "revoke"})
    return form_page(
        "certificates/rescoring/question.html",
        refusal=refusal,
        question=question,
        rescoring=rescoring,
        certificate=certificate,
        person=person,
        progress=progress,
        scores=queries.scores_behind([question])[question.id],
        title_of=title_of,
        now=clock.now(),
        form=form,
    )
