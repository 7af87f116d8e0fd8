"""The judges of the kinds of rules. A kind has one file here, and one line in this registry."""

from collections.abc import Mapping

from course.states.requirements.case import Judge
from course.states.requirements.kinds import (
    approval,
    credential,
    determination,
    examination,
    filing,
    group,
    hours,
    practice,
    sessions,
    topics,
    unread,
)

JUDGES: Mapping[str, Judge] = {
    "hours": hours.judge,
    "topics": topics.judge,
    "sessions": sessions.judge,
    "examination": examination.judge,
    "practice": practice.judge,
    "approval": approval.judge,
    "filing": filing.judge,
    "credential": credential.judge,
    "determination": determination.judge,
    "unread": unread.judge,
    "any_of": group.judge,
    "all_of": group.judge,
}
