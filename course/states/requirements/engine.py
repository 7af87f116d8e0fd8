"""The requirement engine: one state's law, one person's evidence and a day give a judgment. Pure; rules are data."""

from datetime import date
from typing import Literal

from course.content.schema.law import Area, Duty, Law
from course.states.requirements import coverage, wording
from course.states.requirements.case import Case
from course.states.requirements.evidence import Evidence
from course.states.requirements.judgment import Judgment, Result, State, Verdict
from course.states.requirements.kinds import JUDGES

READ = ("whole", "part")
BY_STATUS = {"pending": Verdict.PENDING, "unaddressed": Verdict.SILENT, "listed": Verdict.LISTED}
HEADLINES = {
    Verdict.PENDING: "Not in force yet: a change is under way. Do not needle before the rules are in force.",
    Verdict.SILENT: "The law does not address dry needling, or we found no text of the state. Ask the board.",
    Verdict.LISTED: "Lists say that it is permitted, but we saw no text of the state. Ask the board.",
    Verdict.MAY_NEEDLE: "Every requirement is met. As we read the law, you may needle.",
}


def judge(law: Law, code: str, evidence: Evidence, day: date, *, profession: Literal["PT", "PTA"] = "PT") -> Judgment:
    """Return every requirement with what counts toward it, and the verdict. Null in the law is unknown, never met."""
    if law.status == "prohibited":
        headline = f"The law prohibits dry needling by physical therapists. {law.summary}"
        return Judgment(code=code, day=day, verdict=Verdict.PROHIBITED, headline=headline, results=())
    case = Case(law=law, code=code, evidence=evidence, day=day, profession=profession, judges=JUDGES)
    results = [case.result(rule) for rule in case.in_force(law.requirements)]
    results += [_unknown(area, law) for area in coverage.unknown_areas(case.rules.values(), law.absences, day)]
    results += _assistants(case)
    verdict = _verdict(case, results)
    return Judgment(
        code=code, day=day, verdict=verdict, headline=_headline(verdict, case, results), results=tuple(results)
    )


def _unknown(area: Area, law: Law) -> Result:
    about = wording.AREAS[area]
    return Result(
        rule_id=f"unknown-{area}",
        kind="unread",
        state=State.UNKNOWN,
        demanded=f"ask the board about {about}",
        text=f"We saw no rule about {about}, and no text that demands nothing there.",
        have="Can't be judged",
        next_step=f"Ask the board about {about}.",
        confidence=law.confidence,
        area=area,
    )


def _assistants(case: Case) -> list[Result]:
    """Return an unknown requirement for an assistant where no rule says whether assistants may needle."""
    if case.profession != "PTA" or any(duty.required is not None for duty in _rules_on_assistants(case)):
        return []
    return [
        Result(
            rule_id="unknown-assistants",
            kind="unread",
            state=State.UNKNOWN,
            demanded="ask the board about assistants",
            text=" ".join(duty.text for duty in _rules_on_assistants(case)) or "We saw no rule about assistants.",
            have="Can't be judged",
            next_step="Ask the board whether a physical therapist assistant may needle.",
            confidence=case.law.confidence,
        )
    ]


def _rules_on_assistants(case: Case) -> list[Duty]:
    """Return the duties about assistants that are in force. `required` means that only a PT may needle."""
    return [duty for duty in case.law.duties if duty.area == "assistants" and duty.is_valid(case.day)]


def _verdict(case: Case, results: list[Result]) -> Verdict:
    if case.law.status in BY_STATUS:
        return BY_STATUS[case.law.status]
    if case.profession == "PTA" and any(duty.required for duty in _rules_on_assistants(case)):
        return Verdict.NOT_ASSISTANTS
    if any(result.state < State.UNKNOWN for result in results):
        return Verdict.NOT_YET
    is_read = case.law.status == "permitted" and case.law.confidence == "high" and case.law.reading in READ
    if not is_read or not all(result.is_certain for result in results):
        return Verdict.ASK_BOARD
    return Verdict.MAY_NEEDLE if _is_licensed(case) else Verdict.NOT_LICENSED


def _is_licensed(case: Case) -> bool:
    return any(
        held.jurisdiction == case.code
        and held.profession == case.profession
        and (held.first_licensed is None or held.first_licensed <= case.day)
        for held in case.evidence.licenses
    )


def _headline(verdict: Verdict, case: Case, results: list[Result]) -> str:
    if verdict is Verdict.NOT_ASSISTANTS:
        return " ".join(["Only a physical therapist may needle.", *(duty.text for duty in _rules_on_assistants(case))])
    if verdict is Verdict.NOT_YET:
        lacking = sum(result.state < State.UNKNOWN for result in results)
        return f"Not yet. Open: {lacking} of {wording.counted(len(results), 'requirement')}."
    if verdict is Verdict.ASK_BOARD:
        unknown = sum(result.state is State.UNKNOWN for result in results)
        if not unknown:
            return "Every requirement that we saw is met, but not every source is certain. Ask the board."
        return f"Nothing that we saw is open, but {wording.counted(unknown, 'point')} can't be judged. Ask the board."
    if verdict is Verdict.NOT_LICENSED:
        return f"Every requirement is met. You also need a license in {case.code}."
    return HEADLINES[verdict]
