from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, update

from course.assessment.attempts import tallying
from course.assessment.attempts.models import Attempt, AttemptItem
from course.certificates.issuing import ending, issuing, requesting
from course.certificates.issuing import queries as register
from course.certificates.issuing.models import Certificate, Correction, Reason
from course.certificates.rescoring import queries, rescore
from course.certificates.rescoring.models import Question, RescoredAttempt, Rescoring
from course.certificates.rescoring.rescore import Change, Decision, Effect, Result, Scope
from course.content.queries import title_of
from course.people.accounts import queries as accounts
from course.people.accounts.models import User
from course.platform import db, jobs
from course.platform.audit.log import Event, record
from course.platform.db import unit_of_work
from course.platform.web import Refused
from course.site import site

Recorded = Sequence[tuple[Change, Result]]


class EffectChanged(Refused):
    message = (
        "Nothing was done: the item, or who has answered it, has changed since this page was opened. "
        "Below is the effect as it is now; decide again."
    )


class NotMet(Refused):
    message = "Nobody has met this item in a quiz yet, so there is nothing to score anew."


class KeyFitsNothing(Refused):
    status = 422
    message = "There is no corrected key that fits what was answered. The item can only be dropped."


class QuestionDecided(Refused):
    message = "This was decided already; the first decision stands."


@unit_of_work
def decide(
    actor: User, item_id: str, decision: Decision, *, take_passes: bool, reason: str, shown: str, now: datetime
) -> Rescoring:
    """Scores an item anew wherever it was answered. `shown` is the digest of the scope that was decided on.

    Sent twice it is done once; another scope than the one that was shown is refused.
    """
    scope = queries.scope_of(item_id, for_update=True)
    done = queries.find_decided(shown)
    if done and (done.decision, done.take_passes) == (decision, take_passes):
        return done
    if shown != scope.digest:
        raise EffectChanged
    if not scope.sittings:
        raise NotMet
    effect = rescore.effect(scope, decision)
    if not effect.rulings:
        raise KeyFitsNothing
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
    _rule(scope, effect)
    _put_on_record(rescoring, recorded)
    _audit(rescoring, scope, effect, recorded, actor)
    _follow_up(rescoring, resting, actor)
    _tell(rescoring, recorded, {one.user_id: one.code for one in resting.certificates})
    return rescoring


def _rule(scope: Scope, effect: Effect) -> None:
    """Writes the ruling, and what the item earns by it, to every paper; open ones will be scored by it."""
    earned = {change.sitting.id: change.earned for change in effect.changes}
    rows = [
        {
            "attempt": sitting.id,
            "place": place.position,
            "ruled": effect.rulings[place.digest],
            "earned": earned[sitting.id][place.position] if sitting.id in earned else place.points,
        }
        for sitting in scope.sittings
        for place in scope.of(sitting)
        if place.digest in effect.rulings
    ]
    db.session.connection().execute(
        update(AttemptItem)
        .where(AttemptItem.attempt_id == bindparam("attempt"), AttemptItem.position == bindparam("place"))
        .values(ruling=bindparam("ruled"), points=bindparam("earned")),
        rows,
    )


def _put_on_record(rescoring: Rescoring, recorded: Recorded) -> None:
    """The attempts' new scores, each beside the one that it replaces, and the counts that statistics are made of."""
    if recorded:
        db.session.execute(
            update(Attempt),
            [
                {"id": change.sitting.id, "points": result.points, "scored": result.scored, "passed": result.passed}
                for change, result in recorded
            ],
        )
        db.session.execute(insert(RescoredAttempt), [_row(rescoring, *one) for one in recorded])
    for assessment_id in sorted({change.sitting.assessment_id for change, _ in recorded}):
        tallying.recount(assessment_id)


def _row(rescoring: Rescoring, change: Change, result: Result) -> dict[str, Any]:
    return {
        "rescoring_id": rescoring.id,
        "attempt_id": change.sitting.id,
        **{f"{name}_before": value for name, value in vars(change.before).items()},
        **{f"{name}_after": value for name, value in vars(result).items()},
    }


def _audit(rescoring: Rescoring, scope: Scope, effect: Effect, recorded: Recorded, actor: User) -> None:
    keys = [rescore.key_of(place.item) for digest, place in scope.wordings.items() if digest in effect.rulings]
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
        key_after=rescore.key_of(corrected) if corrected else None,
    )
    for change, result in recorded:
        kept = result.passed and not change.after.passed
        record(
            Event.ATTEMPT_RESCORED,
            actor,
            f"attempt:{change.sitting.code}",
            person_id=change.sitting.user_id,
            now=rescoring.at,
            item=scope.item_id,
            rescoring=str(rescoring.code),
            before=change.before.audited(),
            after=result.audited() | ({"pass_kept": True} if kept else {}),
        )


def _follow_up(rescoring: Rescoring, resting: queries.Consequences, actor: User) -> None:
    """Puts certificates in question whose pass is gone, and turns down requests that wait on one."""
    db.session.add_all(
        Question(rescoring_id=rescoring.id, certificate_code=one.code, user_id=one.user_id)
        for one in resting.certificates
    )
    for request in resting.requests:
        reason = f"A quiz that the request rests on was scored anew and is no longer passed. {rescoring.reason}"
        requesting.reject(request, reason, actor=actor, now=rescoring.at)


def _tell(rescoring: Rescoring, recorded: Recorded, in_question: dict[int, str]) -> None:
    """One mail to each person whose result changed."""
    theirs: dict[int, list[tuple[Change, Result]]] = {}
    for change, result in recorded:
        theirs.setdefault(change.sitting.user_id, []).append((change, result))
    for person in accounts.people_of(list(theirs)).values():
        changes = theirs[person.id]
        jobs.put(
            "mail",
            key=f"score-changed:{rescoring.code}:{person.id}",
            now=rescoring.at,
            to=person.email,
            template="score-changed",
            name=person.legal_name,
            reason=rescoring.reason,
            dropped=rescoring.decision == "drop",
            changes=[_told(*one) for one in changes],
            certificate=in_question.get(person.id),
            link=f"{site().base_url}/attempts/{changes[-1][0].sitting.code}",
        )


def _told(change: Change, result: Result) -> dict[str, Any]:
    return {
        "title": title_of(change.sitting.assessment_id),
        "number": change.sitting.number,
        "before": change.before.in_words(),
        "after": result.in_words(),
        "gained": result.passed and not change.before.passed,
        "lost": change.before.passed and not result.passed,
    }


@unit_of_work
def keep(question: Question, reason: str, *, actor: User, now: datetime) -> None:
    """Lets the certificate stand although the pass behind it is gone."""
    behind = _settle(question, "kept", reason, actor, now)
    record(
        Event.CERTIFICATE_KEPT,
        actor,
        f"certificate:{question.certificate_code}",
        person_id=question.user_id,
        now=now,
        reason=reason,
        rescoring=behind,
    )


def reissue(question: Question, reason: str, *, actor: User, now: datetime) -> Certificate:
    """Replace the certificate by one that states what the person's record shows now.

    The decision and the new certificate are committed together. Raise QuestionDecided, or what refuses a certificate.
    """
    if question.decision is not None:
        raise QuestionDecided
    return issuing.supersede(
        register.certificate_of(question.certificate_code),
        Correction.RESCORED,
        reason,
        actor=actor,
        now=now,
        decide=lambda: _settle(question, "re-issued", reason, actor, now),
    )


@unit_of_work
def revoke(question: Question, reason: str, *, actor: User, now: datetime) -> None:
    """Revokes the certificate: what it stood for is no longer met."""
    _settle(question, "revoked", reason, actor, now)
    certificate = register.certificate_of(question.certificate_code)
    ending.revoke(certificate, Reason.REQUIREMENT_NOT_MET, reason, actor=actor, now=now)


def _settle(question: Question, decision: str, reason: str, actor: User, now: datetime) -> list[str]:
    """Decide every open question of the certificate. Return the codes of the rescorings behind them.

    The person is locked before the question, as issuing locks the person before anything else.
    """
    db.locked(User, question.user_id)
    if db.locked(Question, question.id).decision is not None:
        raise QuestionDecided
    settled = queries.undecided_of(question.certificate_code)
    for one, _ in settled:
        one.decision, one.reason, one.decided_at, one.decided_by = decision, reason, now, actor.legal_name
    return [str(code) for _, code in settled]
