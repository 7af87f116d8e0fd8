"""Whether a supervisor may supervise treatment sessions under a state's rule."""

from course.content.schema.law import Supervisor
from course.states.requirements.evidence import SupervisorFacts


def shortfalls(rule: Supervisor, facts: SupervisorFacts, *, license_state: str) -> tuple[str, ...]:
    """Return what the supervisor lacks, as sentences. `license_state`: the code of the state whose rule it is."""
    lacks = []
    if rule.professions and facts.profession and not _professions(rule, facts.profession):
        lacks.append(f"A supervisor has to be a {' or '.join(rule.professions)}, not a {facts.profession}.")
    for demanded, stated, noun in _numbers(rule, facts):
        if demanded is not None and stated is not None and stated < demanded:
            lacks.append(f"A supervisor needs {noun}: {demanded:g}. This one has {stated:g}.")
    if rule.same_state and facts.jurisdiction and facts.jurisdiction != license_state:
        lacks.append(
            f"A supervisor has to be licensed in {license_state}. This one is licensed in {facts.jurisdiction}."
        )
    return tuple(lacks)


def unanswered(rule: Supervisor, facts: SupervisorFacts) -> tuple[str, ...]:
    """Return what can't be judged, as sentences: facts that were not stated, or a rule of which nothing was seen."""
    if rule == Supervisor():
        return ("Who may supervise was not seen. Ask the board.",)
    open_questions = []
    if rule.professions and (facts.profession is None or _professions(rule, facts.profession) == "may be"):
        open_questions.append(f"Not stated: whether the supervisor is a {' or '.join(rule.professions)}.")
    for demanded, stated, noun in _numbers(rule, facts):
        if demanded is not None and stated is None:
            open_questions.append(f"Not stated: the supervisor's {noun}.")
    if rule.same_state and facts.jurisdiction is None:
        open_questions.append("Not stated: where the supervisor is licensed.")
    return tuple(open_questions)


def _numbers(rule: Supervisor, facts: SupervisorFacts) -> tuple[tuple[float | None, float | None, str], ...]:
    return (
        (rule.license_years, facts.license_years, "years with a license"),
        (rule.needling_years, facts.needling_years, "years of needling"),
        (rule.sessions, facts.sessions, "sessions of their own"),
    )


def _professions(rule: Supervisor, stated: str) -> str:
    """Return `is`, `may be` or an empty text. A rule may add a condition, as in `physical therapist with ...`."""
    wanted, own = [profession.casefold() for profession in rule.professions], stated.casefold()
    if own in wanted:
        return "is"
    return "may be" if any(profession.startswith(f"{own} ") for profession in wanted) else ""
