"""Something to hold, such as CPR certification."""

from dataclasses import replace
from datetime import date

from course.content.schema.law import Credential
from course.platform.dates import long_date
from course.states.requirements.case import Case
from course.states.requirements.judgment import Result, State
from course.states.requirements.kinds.single import judge_single
from course.states.requirements.tally import Item
from course.states.requirements.wording import demanded

UNRESTRICTED_LICENSE = "unrestricted-license"


def judge(rule: Credential, case: Case) -> Result:
    """Return met if it is held on the day. A license in the state says itself whether it is unrestricted."""
    items = [
        Item(what=demanded(rule), on=held.obtained_on, proof=case.proof(held)).checked(
            (held.expires_on is None or held.expires_on >= case.day, f"It expired on {_day(held.expires_on)}.")
        )
        for held in case.evidence.credentials
        if held.credential == rule.credential
    ]
    if rule.credential == UNRESTRICTED_LICENSE:
        items += _licenses(case)
    result = judge_single(rule, case, items, lacking=State.OPEN, next_step=f"Show this: {rule.text}")
    expiries = [held.expires_on for held in case.evidence.credentials if held.credential == rule.credential]
    ends = [day for day in expiries if day and day >= case.day]
    return replace(result, due_on=max(ends)) if result.state is State.MET and ends and None not in expiries else result


def _licenses(case: Case) -> list[Item]:
    return [
        Item(
            what=f"License in {held.jurisdiction}", on=held.first_licensed or date.min, proof=case.proof(held)
        ).checked((held.unrestricted, _restriction(held.unrestricted)))
        for held in case.evidence.licenses
        if held.jurisdiction == case.code and held.profession == case.profession
    ]


def _restriction(unrestricted: bool | None) -> str:
    return (
        "Whether the license is unrestricted is not stated." if unrestricted is None else "The license is restricted."
    )


def _day(day: date | None) -> str:
    return long_date(day) if day else "an unknown day"
