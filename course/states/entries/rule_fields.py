"""Which values of a rule an administrator can correct in a form, by the kind of the rule."""

from typing import Literal, NamedTuple

from course.content.schema.law import Duty, Rule

Shape = Literal["number", "whole", "answer", "online", "line", "lines"]


class Value(NamedTuple):
    """A value that a form can set. `shape`: how it is entered."""

    name: str
    label: str
    shape: Shape


HOURS = (
    Value("hours", "Hours", "number"),
    Value("online", "Online training", "online"),
    Value("online_max", "Hours online at most", "number"),
    Value("within_years", "Not older than, in years", "number"),
    Value("span_years", "Completed within, in years", "number"),
    Value("entry_level", "Hours of the degree count", "answer"),
)
VALUES: dict[str, tuple[Value, ...]] = {
    "hours": HOURS,
    "sessions": (
        Value("sessions", "Sessions", "whole"),
        Value("hours", "Hours in all", "number"),
        Value("within_months", "Within, in months", "whole"),
        Value("telehealth", "Supervision may be remote", "answer"),
    ),
    "examination": (
        Value("in_person", "In person", "answer"),
        Value("pass_mark", "Pass mark in percent", "whole"),
    ),
    "practice": (
        Value("years", "Years", "number"),
        Value("weekly_hours", "Hours a week at least", "number"),
        Value("same_state", "In this state only", "answer"),
    ),
    "approval": (Value("before_training", "Approved before the training", "answer"),),
    "filing": (
        Value("within_days", "Within, in days", "whole"),
        Value("form", "Form", "line"),
        Value("fee_usd", "Fee in dollars", "number"),
    ),
}
DUTY = (
    Value("required", "Required", "answer"),
    Value("written", "In writing", "answer"),
    Value("days", "Within, in days", "whole"),
    Value("contents", "Contents, one per line", "lines"),
)
RENEWAL = (
    Value("hours", "Hours", "number"),
    Value("period_years", "Renewal period in years", "number"),
    Value("online", "Online training", "online"),
    Value("online_max", "Hours online at most", "number"),
    Value("live_max", "Hours by live webinar at most", "number"),
)


def values_of(rule: Rule) -> tuple[Value, ...]:
    """Return the values of the rule that a form can set, besides its text, citation, confidence and last day."""
    return DUTY if isinstance(rule, Duty) else VALUES.get(getattr(rule, "kind", ""), ())
