"""Where the report of a completion to a board is, and why."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum

from course.content.schema.boards import Board, BoardCourse, Format
from course.people.accounts.name_parts import NameParts
from course.platform.dates import long_date

WITH_NAME_PARTS: frozenset[Format] = frozenset({"xml"})  # the sheet has no names, the table has them whole


class Stage(StrEnum):
    """The state of a report that was sent at least once. An administrator sets AGAIN and WITHDRAWN."""

    SENT = "sent"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    AGAIN = "again"
    WITHDRAWN = "withdrawn"


class Status(StrEnum):
    READY = "ready"
    BLOCKED = "blocked"
    REJECTED = "rejected"
    CORRECTION = "needs correction"
    SENT = "sent"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"
    NOT_REQUIRED = "not required"


OPEN = frozenset({Status.READY, Status.BLOCKED, Status.REJECTED})  # the board has not received the completion


class Decision(StrEnum):
    """What an administrator decides about a report that was sent, was rejected or needs correction."""

    AGAIN = "again"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class BoardLicense:
    """A license in the board's state."""

    profession: str
    number: str
    expires_on: date | None


@dataclass(frozen=True, kw_only=True)
class EarlierReport:
    """The report on record: the certificate and the record key that were sent, and the stage it has reached."""

    certificate_id: int
    record: str
    stage: Stage
    message: str | None


@dataclass(frozen=True, kw_only=True)
class Completion:
    """A person's course in one cycle, with its newest certificate and the license in the board's state.

    `name_parts` are the certificate's; for one from before they were frozen, those that the person has stated for the
    same name since, or None. `minutes` by domain, if the board takes the course's credit by area. An expired
    certificate is still reported.
    """

    certificate_id: int
    code: str
    user_id: int
    course_id: str
    cycle: int
    name: str
    name_parts: NameParts | None
    one_name_confirmed: bool
    completed_on: date
    revoked: bool
    license: BoardLicense | None
    minutes: Mapping[str, int] = field(default_factory=dict)
    reported: EarlierReport | None = None

    @property
    def name_obstacle(self) -> str | None:
        """Why a file with first and last names can't have the completion, or None. The last name is never guessed."""
        if self.name_parts is None:
            return f"The family name in “{self.name}” is not on record. The person can state it in the profile."
        if self.name_parts.is_single and not self.one_name_confirmed:
            return f"“{self.name}” is one name. Confirm on the person's page that there is no other."
        return None

    def fits(self, format_: Format) -> bool:
        """Return whether a file of the format can have the completion, once nothing else keeps it from being sent."""
        return format_ not in WITH_NAME_PARTS or self.name_obstacle is None


@dataclass(frozen=True, kw_only=True)
class ReportStatus:
    """A completion, the status of its report, the reasons for the status, and the last day to report.

    A ready completion has a reason if it fits only some of the board's formats.
    """

    completion: Completion
    status: Status
    reasons: tuple[str, ...] = ()
    due_on: date | None = None

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """The decisions that an administrator can make."""
        if self.status is Status.CORRECTION and self.completion.revoked:
            return (Decision.WITHDRAWN,)
        if self.status in {Status.CORRECTION, Status.SENT, Status.REJECTED}:
            return (Decision.AGAIN, Decision.ACCEPTED)
        return ()

    def is_late(self, today: date) -> bool:
        return self.status in OPEN and self.due_on is not None and self.due_on < today


def report_status(completion: Completion, board: Board) -> ReportStatus:
    """Return the status of one completion, without regard to other completions."""
    status, *reasons = _status_and_reasons(completion, board)
    due_on = completion.completed_on + timedelta(days=board.days) if board.days else None
    return ReportStatus(completion=completion, status=Status(status), reasons=tuple(reasons), due_on=due_on)


def _status_and_reasons(completion: Completion, board: Board) -> tuple[str, ...]:
    reported = completion.reported
    if reported and reported.stage in {Stage.SENT, Stage.ACCEPTED}:
        if completion.revoked:
            return Status.CORRECTION, f"The certificate was revoked after its report was {reported.stage}."
        if reported.certificate_id != completion.certificate_id:
            return Status.CORRECTION, f"The certificate was superseded after its report was {reported.stage}."
        return (Status(reported.stage), *([reported.message] if reported.message else []))
    if reported and reported.stage is Stage.WITHDRAWN:
        return (Status.WITHDRAWN, *([reported.message] if reported.message else []))
    if completion.revoked:
        return Status.NOT_REQUIRED, "The certificate was revoked."
    if reported and reported.stage is Stage.REJECTED:
        return Status.REJECTED, reported.message or "The board gave no reason."
    return _unsent(completion, board)


def _unsent(completion: Completion, board: Board) -> tuple[str, ...]:
    course = board.courses.get(completion.course_id)
    if course is None:
        return Status.NOT_REQUIRED, "This course is not reported to this board."
    if completion.license is None:
        return Status.NOT_REQUIRED, f"No license in {board.state}."
    reasons = tuple(_obstacles(completion, completion.license, course, board))
    if reasons:
        return Status.BLOCKED, *reasons
    if completion.name_obstacle and not WITH_NAME_PARTS.isdisjoint(board.formats):
        return Status.READY, f"Not in an XML file: {completion.name_obstacle}"
    return (Status.READY,)


def _obstacles(completion: Completion, license_: BoardLicense, course: BoardCourse, board: Board) -> Iterator[str]:
    """Yield everything that keeps the completion from being sent."""
    if board.by_codes:
        if board.provider_number is None:
            yield "The provider number with this board is missing."
        if course.number is None and course.own_number is None:
            yield "The course number with this board is missing."
        if board.professions.get(license_.profession) is None:
            yield f"The code for the profession {license_.profession} is missing."
        if missing := [area for area in completion.minutes if board.subject_areas.get(area) is None]:
            yield f"Subject-area codes are missing for: {', '.join(missing)}."
    if completion.name_obstacle and not any(completion.fits(format_) for format_ in board.formats):
        yield completion.name_obstacle
    if fault := _fault_of(license_.number, board):
        yield f"The license number “{license_.number}” {fault}."
    if license_.expires_on is not None and license_.expires_on < completion.completed_on:
        yield f"The license expired on {long_date(license_.expires_on)}, before the completion."


def _fault_of(number: str, board: Board) -> str | None:
    if board.license_form is not None and not re.fullmatch(board.license_form, number.strip()):
        return f"does not have the format of {board.state} licenses ({board.license_form})"
    if not re.search(r"[0-9]", number):
        return "has no digit"
    return None


def block_duplicates(statuses: Iterable[ReportStatus], record_of: Mapping[int, str]) -> list[ReportStatus]:
    """Return the statuses, with a ready completion blocked if another account already reports the same record.

    Two accounts can have the same license; a board takes one report for a license, course and day. `record_of`: the
    record key of each ready completion by its certificate's id.
    """
    every = list(statuses)
    owners = {one.completion.reported.record: one.completion.certificate_id for one in every if one.completion.reported}
    checked = []
    for one in every:
        record = record_of.get(one.completion.certificate_id)
        if record and owners.setdefault(record, one.completion.certificate_id) != one.completion.certificate_id:
            reason = "Another account reports the same license, course and day."
            checked.append(replace(one, status=Status.BLOCKED, reasons=(reason,)))
        else:
            checked.append(one)
    return checked
