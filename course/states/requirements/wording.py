"""Rules in a few words, as pages, mails and lists show them next to the rule's own text."""

from collections.abc import Callable
from typing import Any

from course.content.schema.law import (
    Absence,
    Approval,
    Area,
    Credential,
    Determination,
    Duty,
    Examination,
    Filing,
    Group,
    Hours,
    Law,
    Practice,
    Renewal,
    Rule,
    Sessions,
    Supervisor,
    Topics,
    Unread,
    walk,
)
from course.platform.dates import long_date
from course.states.requirements import approvers

STATUSES = {
    "permitted": "Permitted",
    "listed": "Listed; no state text seen",
    "pending": "Pending: enacted, but the rules are not in force yet",
    "unaddressed": "Not addressed, or no source found",
    "prohibited": "Prohibited",
}
BASES = {"ag_opinion": "opinion of the attorney general", "court": "court decision", "none": "no state text seen"}
READINGS = {
    "whole": "We read the state's text on dry needling in full.",
    "part": "We read a part of the state's text on dry needling. Ask the board about the rest.",
    "not_reached": "The state has a text on dry needling that we could not read. Ask the board.",
    "none_seen": "We found no text of the state on dry needling. Ask the board.",
}
SOURCES = {
    "primary": "the state's own text",
    "board": "page of the board",
    "association": "association",
    "vendor": "vendor",
    "other": "other source",
}
KINDS = {
    "hours": "Training",
    "topics": "Topics of the training",
    "sessions": "Supervised sessions",
    "examination": "Examination",
    "practice": "Time in practice",
    "approval": "Approval of the training",
    "filing": "Filing",
    "credential": "Credential",
    "determination": "Determination of competence",
    "unread": "Not read",
    "any_of": "One of these",
    "all_of": "All of these",
}
AREAS = {
    Area.HOURS: "hours of training",
    Area.TOPICS: "topics",
    Area.EXAMINATION: "an examination",
    Area.SESSIONS: "supervised sessions",
    Area.PRACTICE: "time in practice",
    Area.APPROVAL: "approval of the training",
    Area.FILING: "papers to file",
    Area.CREDENTIAL: "credentials",
}
DUTIES = {
    "consent": "Consent",
    "plan_of_care": "Plan of care",
    "consultation": "Consultation and referral",
    "adverse_events": "Adverse events",
    "records": "Records",
    "assistants": "Assistants",
    "students": "Students",
    "disposal": "Disposal",
    "technique": "Technique and limits",
    "titles": "Titles and advertising",
    "instructors": "Instructors",
    "other": "Other duties",
}
AT_ONCE = {"prohibited": "Not allowed", "pending": "Wait for the rules", "unaddressed": "Ask the board"}
GLANCED = {"hours", "sessions", "practice", "examination", "determination"}  # the kinds that a list of states shows
CREDENTIALS = {
    "cpr": "CPR certification",
    "dpt": "Doctor of Physical Therapy",
    "entry-level-needling": "dry needling in the professional degree",
    "unrestricted-license": "an unrestricted license",
    "needling-sessions-25": "25 sessions of needling done earlier",
}
EXAMINATIONS = {"written": "written examination", "practical": "practical examination", "competency": "check of skill"}
EVENTS = {
    "before_needling": "before needling",
    "training_completed": "after the training",
    "first_license": "after the first license",
    "intent_to_needle": "when needling is intended",
    "renewal": "at renewal",
}


def label(rule: Rule) -> str:
    """Return the heading of a requirement or a duty."""
    return DUTIES[rule.area] if isinstance(rule, Duty) else KINDS[getattr(rule, "kind", "unread")]


def heading(rule: Rule) -> str:
    """Return the label of a rule with what it demands, or with the text of an absence or a duty."""
    if isinstance(rule, Absence):
        return f"Not demanded: {AREAS[rule.area]}"
    words = rule.text if isinstance(rule, Duty) else demanded(rule)
    return f"{label(rule)}: {words}"


def basis(value: str) -> str:
    """Return the words for the kind of text that an entry's status rests on."""
    return BASES.get(value) or value.replace("_", " ")


def demanded(rule: Rule) -> str:
    """Return what the rule demands, in a few words."""
    words = DEMANDS.get(type(rule))
    return words(rule) if words else rule.text


def at_a_glance(law: Law) -> str:
    """Return what the law demands before needling, in one line for a list of states."""
    if law.status in AT_ONCE:
        return AT_ONCE[law.status]
    parts = [demanded(rule) for rule in law.requirements if any(part.kind in GLANCED for part in walk([rule]))]
    if law.reading != "whole" or any(rule.kind == "unread" for rule in walk(law.requirements)):
        parts.append("ask the board")
    line = "; ".join(parts) or "no requirement found"
    return line[0].upper() + line[1:]


def online(rule: Hours | Renewal) -> str:
    """Return which part of the hours may be online."""
    if rule.online in ("part", "live_only") and rule.online_max is not None:
        in_time = ", only in real time" if rule.online == "live_only" else ""
        return f"at most {number(rule.online_max)} hours online{in_time}"
    return {
        None: "online share not seen",
        "no": "none online",
        "part": "a part online",
        "live_only": "online only in real time",
        "yes": "online counts",
    }[rule.online]


def number(value: float) -> str:
    """Return a number without needless decimals."""
    return f"{value:g}"


def counted(value: float, one: str) -> str:
    """Return a number with its noun, such as `1 year` or `2.5 years`."""
    return f"{number(value)} {one}{'' if value == 1 else 's'}"


def supervisor(who: Supervisor) -> str:
    """Return who may supervise, or an empty text if nothing about it is known."""
    *most, last = who.professions or ("",)
    parts = [f"{', '.join(most)} or {last}" if most else last] if last else []
    parts += [f"licensed for {counted(who.license_years, 'year')}"] if who.license_years else []
    parts += [f"{counted(who.needling_years, 'year')} of needling"] if who.needling_years else []
    parts += [f"{counted(who.sessions, 'session')} of their own"] if who.sessions else []
    parts += ["licensed in this state"] if who.same_state else []
    return ", ".join(parts)


def _hours(rule: Hours) -> str:
    without = "training, no number of hours set" if rule.any_number else "hours of training, number not seen"
    parts = [without if rule.hours is None else counted(rule.hours, "hour")]
    parts += [online(rule)]
    parts += [f"in {counted(len(rule.topics), 'listed topic')}"] if rule.topics else []
    parts += [f"not older than {counted(rule.within_years, 'year')}"] if rule.within_years else []
    parts += [f"completed within {counted(rule.span_years, 'year')}"] if rule.span_years else []
    degree = {True: ["hours of the degree count"], False: ["hours of the degree don't count"], None: []}
    return ", ".join(parts + degree[rule.entry_level])


def _topics(rule: Topics) -> str:
    return counted(len(rule.topics), "topic") if rule.is_complete else "topics, of which we saw a part"


def _sessions(rule: Sessions) -> str:
    parts = ["supervised sessions, number not seen"]
    if rule.sessions is not None:
        parts = [counted(rule.sessions, "supervised session")]
    parts += [f"{counted(rule.hours, 'hour')} in all"] if rule.hours else []
    parts += [f"within {counted(rule.within_months, 'month')}"] if rule.within_months else []
    remote = {True: ["supervision may be remote"], False: ["supervision in person"], None: []}
    return ", ".join(parts + remote[rule.telehealth])


def _examination(rule: Examination) -> str:
    parts = [EXAMINATIONS[rule.form].capitalize()]
    parts += ["in person"] if rule.in_person else []
    parts += [f"pass mark {rule.pass_mark}%"] if rule.pass_mark else []
    return ", ".join(parts)


def _practice(rule: Practice) -> str:
    held = "with a license" if rule.basis == "license" else "of practice"
    if rule.since:
        parts = [f"licensed on or before {long_date(rule.since)}"]
    else:
        parts = [f"time {held}, length not seen" if rule.years is None else f"{counted(rule.years, 'year')} {held}"]
    parts += [f"at least {counted(rule.weekly_hours, 'hour')} a week"] if rule.weekly_hours else []
    parts += ["in this state"] if rule.same_state else []
    return ", ".join(parts)


def _approval(rule: Approval) -> str:
    when = {True: " beforehand", False: " before or after the training", None: ""}
    return f"training approved{when[rule.before_training]} by {approvers.names(rule.by)}"


def _filing(rule: Filing) -> str:
    if rule.within_days is None:
        return f"{rule.what}, {EVENTS[rule.event]}"
    return f"{rule.what}, within {counted(rule.within_days, 'day')} ({EVENTS[rule.event]})"


def _credential(rule: Credential) -> str:
    return CREDENTIALS.get(rule.credential) or rule.credential.replace("-", " ")


def _determination(rule: Determination) -> str:
    return f"signed by the {'instructor or supervisor' if rule.by == 'either' else rule.by}"


def _unread(rule: Unread) -> str:
    return f"ask the board about {', '.join(AREAS[area] for area in rule.areas)}"


def _group(rule: Group) -> str:
    joined = " or " if rule.kind == "any_of" else "; "
    return joined.join(demanded(part) for part in rule.parts)


def _duty(rule: Duty) -> str:
    parts = [rule.text]
    parts += [f"Contents: {', '.join(rule.contents)}."] if rule.contents else []
    return " ".join(parts)


DEMANDS: dict[type[Rule], Callable[[Any], str]] = {
    Hours: _hours,
    Topics: _topics,
    Sessions: _sessions,
    Examination: _examination,
    Practice: _practice,
    Approval: _approval,
    Filing: _filing,
    Credential: _credential,
    Determination: _determination,
    Unread: _unread,
    Group: _group,
    Duty: _duty,
}
