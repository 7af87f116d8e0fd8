from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, update

from course.assessment.attempts import tallying
from course.assessment.attempts.models import Attempt, AttemptItem
from course.certificates.issuing import ending, issuing, requesting
from course.certificates.issuing import queries as register
from course.certificates.issuing.models import Certificate, Correction, Reason
from course.certificates.rescoring import queries, rescoring_effect
from course.certificates.rescoring.models import CertificateQuestion, RescoredAttempt, Rescoring
from course.certificates.rescoring.rescoring_effect import (
    AttemptChange,
    AttemptResult,
    Decision,
    DecisionEffect,
    RescoringScope,
)
from course.content.queries import title_of
from course.people.accounts import queries as accounts
from course.people.accounts.models import User
from course.platform import db, decisions, jobs
from course.platform.audit.log import Event, record
from course.platform.db import unit_of_work
from course.platform.web import Refused
from course.site import site

Recorded = Sequence[tuple[AttemptChange, AttemptResult]]


class EffectChanged(Refused):
    message = (
        "Nothing was changed. The item or its attempts have changed since you opened this page. "
        "Review the effect below and decide again."
    )


class NotAnswered(Refused):
    message = "No attempt contains this item yet, so there is nothing to rescore."


class KeyDoesNotFit(Refused):
    status = 422
    message = "The bank has no key that fits the item as it was answered. You can only drop the item."


class CertificateDecided(Refused):
    message = "This certificate has already been decided on."


@unit_of_work
def decide(
    actor: User, item_id: str, decision: Decision, *, take_passes: bool, reason: str, shown: str, now: datetime
) -> Rescoring:
    """Rescore every attempt with the item, and return the rescoring. `shown`: digest of the previewed scope.

    A second request with the same digest and decision returns the same rescoring. Raise EffectChanged if the scope
    has changed since the preview, NotAnswered, and KeyDoesNotFit.
    """
    scope = queries.scope_of(item_id, for_update=True)
    earlier = queries.find_decided(shown)
    if earlier and (earlier.decision, earlier.take_passes) == (decision, take_passes):
        return earlier
    if shown != scope.digest:
        raise EffectChanged
    if not scope.attempts:
        raise NotAnswered
    effect = rescoring_effect.effect_of(scope, decision)
    if not effect.rulings:
        raise KeyDoesNotFit
    resting = queries.consequences_of(effect) if take_passes else queries.Consequences()
    recorded = effect.recorded(take_passes=take_passes)
    rescoring = Rescoring(
        item_id=item_id,
        decision=decision,
        take_passes=take_passes,
        reason=reason,
        shown=shown,
        at=now,
        by=actor.legal_name,
        corrected_digest=scope.corrected.digest if scope.corrected else None,
    )
    db.session.add(rescoring)
    db.session.flush()
    _write_rulings(scope, effect)
    _write_results(rescoring, recorded)
    _audit(rescoring, scope, effect, recorded, actor)
    _follow_up(rescoring, resting, actor)
    _notify(rescoring, recorded, {one.user_id: one.code for one in resting.certificates})
    return rescoring


def _write_rulings(scope: RescoringScope, effect: DecisionEffect) -> None:
    """Store the ruling and the points it earns in every attempt; open attempts will be scored by it."""
    earned = {change.attempt.id: change.earned for change in effect.changes}
    rows = [
        {
            "attempt": attempt.id,
            "place": place.position,
            "ruled": effect.rulings[place.digest],
            "earned": earned[attempt.id][place.position] if attempt.id in earned else place.points,
        }
        for attempt in scope.attempts
        for place in scope.of(attempt)
        if place.digest in effect.rulings
    ]
    db.session.connection().execute(
        update(AttemptItem)
        .where(AttemptItem.attempt_id == bindparam("attempt"), AttemptItem.position == bindparam("place"))
        .values(ruling=bindparam("ruled"), points=bindparam("earned")),
        rows,
    )


def _write_results(rescoring: Rescoring, recorded: Recorded) -> None:
    """Store the new scores, each with the score that it replaces, and recount the item statistics."""
    if recorded:
        db.session.execute(
            update(Attempt),
            [
                {"id": change.attempt.id, "points": result.points, "scored": result.scored, "passed": result.passed}
                for change, result in recorded
            ],
        )
        db.session.execute(insert(RescoredAttempt), [_row(rescoring, *one) for one in recorded])
    for assessment_id in sorted({change.attempt.assessment_id for change, _ in recorded}):
        tallying.recount(assessment_id)


def _row(rescoring: Rescoring, change: AttemptChange, result: AttemptResult) -> dict[str, Any]:
    return {
        "rescoring_id": rescoring.id,
        "attempt_id": change.attempt.id,
        **{f"{name}_before": value for name, value in vars(change.before).items()},
        **{f"{name}_after": value for name, value in vars(result).items()},
    }


def _audit(
    rescoring: Rescoring, scope: RescoringScope, effect: DecisionEffect, recorded: Recorded, actor: User
) -> None:
    keys = [rescoring_effect.key_of(place.item) for digest, place in scope.wordings.items() if digest in effect.rulings]
    corrected = scope.corrected if effect.decision != "drop" else None
    record(
        Event.ITEM_RESCORED,
        actor,
        f"item:{scope.item_id}",
        person_id=None,
        now=rescoring.at,
        decision=effect.decision,
        reason=rescoring.reason,
        take_passes=rescoring.take_passes,
        attempts=len(effect.changes),
        passes_gained=sum(result.passed and not change.before.passed for change, result in recorded),
        passes_lost=sum(change.before.passed and not result.passed for change, result in recorded),
        key_before=[key for n, key in enumerate(keys) if key not in keys[:n]],
        key_after=rescoring_effect.key_of(corrected) if corrected else None,
    )
    for change, result in recorded:
        kept = result.passed and not change.after.passed
        record(
            Event.ATTEMPT_RESCORED,
            actor,
            f"attempt:{change.attempt.code}",
            person_id=change.attempt.user_id,
            now=rescoring.at,
            item=scope.item_id,
            rescoring=str(rescoring.code),
            before=change.before.audited(),
            after=result.audited() | ({"pass_kept": True} if kept else {}),
        )


def _follow_up(rescoring: Rescoring, resting: queries.Consequences, actor: User) -> None:
    """List the certificates that have lost their basis, and reject the waiting requests that have."""
    db.session.add_all(
        CertificateQuestion(rescoring_id=rescoring.id, certificate_code=one.code, user_id=one.user_id)
        for one in resting.certificates
    )
    for request in resting.requests:
        reason = f"A quiz behind this request was rescored and is no longer passed. {rescoring.reason}"
        requesting.reject(request, reason, actor=actor, now=rescoring.at)


def _notify(rescoring: Rescoring, recorded: Recorded, in_question: dict[int, str]) -> None:
    """Send one mail to each person whose result changed. `in_question`: certificate codes by user id."""
    changes_of: dict[int, list[tuple[AttemptChange, AttemptResult]]] = {}
    for change, result in recorded:
        changes_of.setdefault(change.attempt.user_id, []).append((change, result))
    for person in accounts.people_of(list(changes_of)).values():
        changes = changes_of[person.id]
        jobs.put(
            "mail",
            key=f"score-changed:{rescoring.code}:{person.id}",
            now=rescoring.at,
            to=person.email,
            template="score-changed",
            name=person.name_in_mails,
            reason=rescoring.reason,
            dropped=rescoring.decision == "drop",
            changes=[_mail_values(*one) for one in changes],
            certificate=in_question.get(person.id),
            link=f"{site().base_url}/attempts/{changes[-1][0].attempt.code}",
        )


def _mail_values(change: AttemptChange, result: AttemptResult) -> dict[str, Any]:
    return {
        "title": title_of(change.attempt.assessment_id),
        "number": change.attempt.number,
        "before": change.before.in_words(),
        "after": result.in_words(),
        "gained": result.passed and not change.before.passed,
        "lost": change.before.passed and not result.passed,
    }


@unit_of_work
def keep(question: CertificateQuestion, reason: str, *, actor: User, now: datetime) -> None:
    """Keep the certificate valid although its basis is gone. Raise OwnRecord."""
    decisions.require_another(actor, question.user_id)
    rescorings = _settle(question, "kept", reason, actor, now)
    record(
        Event.CERTIFICATE_KEPT,
        actor,
        f"certificate:{question.certificate_code}",
        person_id=question.user_id,
        now=now,
        reason=reason,
        rescoring=rescorings,
    )


def reissue(question: CertificateQuestion, reason: str, *, actor: User, now: datetime) -> Certificate:
    """Replace the certificate with one that states the person's record as it is now, and return the new one.

    The decision and the new certificate are committed together. Raise CertificateDecided, or the refusal of
    issuing.
    """
    if question.decision is not None:
        raise CertificateDecided
    return issuing.supersede(
        register.certificate_of(question.certificate_code),
        Correction.RESCORED,
        reason,
        actor=actor,
        now=now,
        decide=lambda: _settle(question, "re-issued", reason, actor, now),
    )


@unit_of_work
def revoke(question: CertificateQuestion, reason: str, *, actor: User, now: datetime) -> None:
    """Revoke the certificate because a requirement is no longer met."""
    _settle(question, "revoked", reason, actor, now)
    certificate = register.certificate_of(question.certificate_code)
    ending.revoke(certificate, Reason.REQUIREMENT_NOT_MET, reason, actor=actor, now=now)


def _settle(question: CertificateQuestion, decision: str, reason: str, actor: User, now: datetime) -> list[str]:
    """Close every open question about the certificate, and return the codes of the rescorings that raised them.

    The person is locked before the question, as issuing locks the person before anything else.
    """
    db.locked(User, question.user_id)
    if db.locked(CertificateQuestion, question.id).decision is not None:
        raise CertificateDecided
    settled = queries.undecided_of(question.certificate_code)
    for one, _ in settled:
        one.decision, one.reason, one.decided_at, one.decided_by = decision, reason, now, actor.legal_name
    return [str(code) for _, code in settled]
