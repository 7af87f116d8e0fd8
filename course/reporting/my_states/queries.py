"""What people can show for the requirements of a state, from every room that keeps a record of it, and what follows."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select

from course.assessment.attempts import queries as attempts
from course.assessment.attempts.scoring import Pass
from course.certificates.issuing import queries as certificates
from course.certificates.issuing.facts import Facts
from course.certificates.issuing.models import Certificate
from course.content.queries import catalog
from course.content.schema.hours import Mode
from course.content.schema.jurisdiction import Jurisdiction
from course.content.schema.law import walk
from course.learning.labs import queries as labs
from course.learning.skills import queries as skills
from course.learning.study import contact_time
from course.learning.study import queries as study
from course.learning.study.queries import StudyTimes
from course.learning.supervision import queries as supervision
from course.people.accounts.models import License, User
from course.platform import db
from course.platform.dates import date_in
from course.platform.decisions import ProofState
from course.platform.queries import together
from course.reporting.my_states.state_card import Deadline, StateCard
from course.reporting.transcripts import queries as transcripts
from course.reporting.transcripts.calendar import CalendarDay
from course.reporting.transcripts.models import ExternalCredit
from course.site import site
from course.states.entries import queries as entries
from course.states.proof import queries as proof
from course.states.proof.stated_facts import UnrestrictedLicense
from course.states.requirements import engine, renewal, renewal_periods
from course.states.requirements.evidence import (
    Evidence,
    Fact,
    FiledPaper,
    HeldCredential,
    HeldLicense,
    PassedExamination,
    SignedDetermination,
    TimeInPractice,
    Training,
)
from course.states.requirements.renewal import Earned, RenewalProgress

DATED_EVENTS = ("training_completed", "first_license")  # the events whose day is on record
DEADLINE_DAYS_BEFORE = (30, 7, 1)
Profession = Literal["PT", "PTA"]


@dataclass(frozen=True)
class Shown:
    """What a person can show: `evidence` for requirements, and what the transcript counts for renewals."""

    evidence: Evidence
    earned: tuple[Earned, ...]


def evidence_of(people: Sequence[User], now: datetime) -> dict[int, Evidence]:
    """Return everything that each person can show. The licenses of `people` must be loaded."""
    return {user_id: one.evidence for user_id, one in shown_by(people, now).items()}


def shown_by(people: Sequence[User], now: datetime) -> dict[int, Shown]:
    """Return what each person can show, in the same number of statements for one person or many.

    The licenses of `people` must be loaded.
    """
    ids = [person.id for person in people]
    studied, passes, sessions = study.studied_of(ids), attempts.passes_of(ids), supervision.sessions_of(ids)
    attended, signed = labs.training_of(ids), skills.evidence_of(ids)
    found = together(proof.valid_proofs(ids), transcripts.valid_credits(ids), certificates.every_award_of(ids))
    stated, credits_, awards = (_by_person(rows) for rows in found)
    shown = {}
    for person in people:
        own = credits_[person.id]
        evidence = Evidence(
            licenses=tuple(_license(one) for one in person.licenses),
            training=(
                *_modules(person, studied[person.id], passes[person.id]),
                *attended[person.id],
                *(_credit(one) for one in own if one.is_needling),
            ),
            sessions=tuple(sessions.get(person.id, ())),
            examinations=(*_examinations(person, passes[person.id]), *signed[person.id].examinations),
            determinations=signed[person.id].determinations,
        )
        evidence = _with_statements(evidence, [one.fact for one in stated[person.id]])
        shown[person.id] = Shown(evidence, tuple(_earned(awards[person.id], own, now)))
    return shown


def _by_person(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.user_id].append(row)
    return found


def _license(license_: License) -> HeldLicense:
    return HeldLicense(
        jurisdiction=license_.jurisdiction,
        profession=profession_of(license_),
        first_licensed=license_.first_licensed,
        source="your profile",
    )


def profession_of(license_: License) -> Profession:
    return "PTA" if license_.profession == "PTA" else "PT"


def _modules(person: User, studied: StudyTimes, passes: Mapping[str, Sequence[Pass]]) -> Iterator[Training]:
    """Yield the modules that the person completed, each as of the first time: all sections, and the quiz."""
    provider, zone = catalog().provider.name, _zone(person)
    for module in catalog().modules.values():
        times, quiz = studied.get(module.id, {}), catalog().quiz_of(module.id)
        moments = [times[section.id][0].at for section in module.sections if section.id in times]
        if quiz:
            moments += [passes[quiz.id][0].at] if quiz.id in passes else []
        minutes = contact_time.minutes(module, times)[Mode.SELF_PACED_ONLINE]
        if not minutes or (quiz and quiz.id not in passes):
            continue
        completed_on = date_in(zone, max(moments))
        yield Training(
            title=module.title,
            provider=provider,
            mode=Mode.SELF_PACED_ONLINE,
            minutes=minutes,
            completed_on=completed_on,
            topics=frozenset(topic.id for topic in catalog().topics.values() if module.id in topic.modules),
            verified_by=provider,
            verified_on=completed_on,
            source="module",
        )


def _examinations(person: User, passes: Mapping[str, Sequence[Pass]]) -> Iterator[PassedExamination]:
    """Yield the finals that the person passed. A quiz on one module is no examination of the training."""
    provider, zone = catalog().provider.name, _zone(person)
    for assessment in catalog().assessments.values():
        if len(assessment.banks) > 1 and (passed := passes.get(assessment.id)):
            on = date_in(zone, passed[0].at)
            yield PassedExamination(
                title=catalog().title_of(assessment),
                form="written",
                on=on,
                in_person=False,
                percent=int(passed[0].points * 100 / passed[0].scored),
                verified_by=provider,
                verified_on=on,
                source="assessment",
            )


def _credit(credit: ExternalCredit) -> Training:
    is_verified = credit.credit_state is ProofState.VERIFIED and credit.decided_at is not None
    return Training(
        title=credit.title,
        provider=credit.provider,
        mode=Mode(credit.mode),
        minutes=credit.minutes,
        completed_on=credit.completed_on,
        topics=frozenset(credit.topics),
        approvals=dict.fromkeys(credit.approvers),
        entry_level=credit.is_entry_level,
        verified_by=credit.decided_by if is_verified else None,
        verified_on=credit.decided_at.date() if is_verified and credit.decided_at else None,
        source="external credit",
    )


def _with_statements(evidence: Evidence, facts: Sequence[Fact]) -> Evidence:
    """Return the evidence with what the person stated."""
    unrestricted = {one.jurisdiction: one for one in facts if isinstance(one, UnrestrictedLicense)}
    return replace(
        evidence,
        licenses=tuple(_with_proof(one, unrestricted.get(one.jurisdiction)) for one in evidence.licenses),
        examinations=(*evidence.examinations, *(one for one in facts if isinstance(one, PassedExamination))),
        practice=tuple(one for one in facts if isinstance(one, TimeInPractice)),
        credentials=tuple(one for one in facts if isinstance(one, HeldCredential)),
        filings=tuple(one for one in facts if isinstance(one, FiledPaper)),
        determinations=(*evidence.determinations, *(one for one in facts if isinstance(one, SignedDetermination))),
    )


def _with_proof(license_: HeldLicense, stated: UnrestrictedLicense | None) -> HeldLicense:
    if stated is None:
        return license_
    return replace(license_, unrestricted=True, verified_by=stated.verified_by, verified_on=stated.verified_on)


def _zone(person: User) -> str:
    return next((catalog().licensing_places[one.jurisdiction].time_zone for one in person.licenses), "UTC")


def cards_of(user: User, now: datetime) -> list[StateCard]:
    """Return a card for each license, in the same number of statements for one license or many."""
    shown, laws = shown_by([user], now)[user.id], _laws()
    return [_card(one, shown, laws.get(one.jurisdiction), now) for one in user.licenses]


def card_of(user: User, code: str, now: datetime) -> StateCard:
    """Return the card of a place: of a license there, or of what would be with one."""
    shown, law = shown_by([user], now)[user.id], _laws().get(code)
    held = next((one for one in user.licenses if one.jurisdiction == code), None)
    if held:
        return _card(held, shown, law, now)
    profession = profession_of(user.licenses[0]) if user.licenses else "PT"
    return _judged(code, profession, None, shown.evidence, law, now)


def deadlines_of(user: User, now: datetime) -> list[Deadline]:
    """Return the papers that the person has to send to a board by a day, the next one first.

    No statement is made for people whose states set no such day.
    """
    states = {one.jurisdiction for one in user.licenses} & states_with_deadlines()
    if not states:
        return []
    return deadlines_of_people([user], now)[user.id]


def deadline_days(user: User, now: datetime) -> list[CalendarDay]:
    """Return the person's deadlines as a calendar file shows them."""
    return [
        CalendarDay(
            id=f"{user.code}-{one.code}-{one.rule_id}",
            on=one.due_on,
            title=f"{one.place}: {one.what}",
            description=f"What {one.place} demands: {site().base_url}/my-states/{one.code}",
            alarm=f"Deadline of {one.place}",
            days_before=DEADLINE_DAYS_BEFORE,
        )
        for one in deadlines_of(user, now)
    ]


def wanting_deadlines() -> Sequence[int]:
    """Return the people who want license mails and have a license of a state that sets a day for a paper."""
    holders = select(License.user_id).where(
        License.jurisdiction.in_(states_with_deadlines()), License.removed_at.is_(None)
    )
    wanted = select(User.id).where(
        User.id.in_(holders), User.license_mails, User.email_confirmed_at.is_not(None), User.closed_at.is_(None)
    )
    return db.session.scalars(wanted.order_by(User.id)).all()


def deadlines_of_people(people: Sequence[User], now: datetime) -> dict[int, list[Deadline]]:
    """Return each person's deadlines. The licenses of `people` must be loaded."""
    evidence, laws = evidence_of(people, now), _laws()
    found = {}
    for person in people:
        cards = [
            _judged(one.jurisdiction, profession_of(one), one, evidence[person.id], laws.get(one.jurisdiction), now)
            for one in person.licenses
        ]
        found[person.id] = sorted(
            {deadline for card in cards for deadline in card.deadlines}, key=lambda one: (one.due_on, one.rule_id)
        )
    return found


def states_with_deadlines() -> set[str]:
    """Return the states in whose file a paper has to be sent within some days."""
    return {
        code
        for code, state in catalog().jurisdictions.items()
        if any(
            rule.kind == "filing" and rule.within_days is not None and rule.event in DATED_EVENTS
            for rule in walk(state.requirements)
        )
    }


def _laws() -> dict[str, Jurisdiction]:
    return {code: entry.state for code, entry in entries.entries().items()}


def _card(license_: License, shown: Shown, law: Jurisdiction | None, now: datetime) -> StateCard:
    card = _judged(license_.jurisdiction, profession_of(license_), license_, shown.evidence, law, now)
    return replace(card, renewal=_renewal(license_, law, shown.earned, now))


def _judged(
    code: str,
    profession: Profession,
    license_: License | None,
    evidence: Evidence,
    law: Jurisdiction | None,
    now: datetime,
) -> StateCard:
    place = catalog().licensing_places[code]
    day = date_in(place.time_zone, now)
    return StateCard(
        code=code,
        place=place.name,
        profession=profession,
        license=transcripts.license_name(license_) if license_ else None,
        expires_on=license_.expires_on if license_ else None,
        law=law,
        judgment=engine.judge(law, code, evidence, day, profession=profession) if law else None,
    )


def _renewal(
    license_: License, law: Jurisdiction | None, earned: Sequence[Earned], now: datetime
) -> RenewalProgress | None:
    """Return the hours of the running period; None where the period or the law is not known."""
    if law is None or license_.expires_on is None or license_.renewal_months is None:
        return None
    today = date_in(law.time_zone, now)
    period = renewal_periods.period_of(today, license_.expires_on, license_.renewal_months)
    return renewal.progress(law.renewal, earned, period)


def _earned(awards: Iterable[Certificate], credits_: Iterable[ExternalCredit], now: datetime) -> Iterator[Earned]:
    """Yield the minutes of valid certificates and of external credits."""
    for award in awards:
        if award.standing_at(now).may_end:
            facts = Facts.from_json(award.facts)
            minutes = {Mode(mode): number for mode, number in facts.minutes.items()}
            yield Earned(minutes=minutes, completed_on=facts.completed_on)
    for credit in credits_:
        yield Earned(minutes={Mode(credit.mode): credit.minutes}, completed_on=credit.completed_on)
