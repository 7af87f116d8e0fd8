"""Where the report of a completion to a board stands, and why. Pure: facts in, a word and its reasons out."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum

from course.content.schema.boards import Board, BoardCourse


class Stage(StrEnum):
    """What became of a completion that was in a file once. AGAIN and WITHDRAWN are an administrator's word."""

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


OPEN = frozenset({Status.READY, Status.BLOCKED, Status.REJECTED})  # the board has nothing yet


class Decision(StrEnum):
    """What an administrator says of a report that was sent, rejected, or overtaken by a correction."""

    AGAIN = "again"
    ACCEPTED = "accepted"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class License:
    profession: str
    number: str
    expires_on: date | None


@dataclass(frozen=True, kw_only=True)
class Reported:
    """A report as it is stored: of which certificate, under which record, and how it stands."""

    certificate_id: int
    record: str
    stage: Stage
    message: str | None


@dataclass(frozen=True, kw_only=True)
class Completion:
    """A person's course in one cycle, with its newest certificate and the license in the board's state.

    `minutes` by domain, where the course's credit is reported by area. `expired` says nothing here: done stays done.
    """

    certificate_id: int
    code: str
    user_id: int
    course_id: str
    cycle: int
    name: str
    completed_on: date
    revoked: bool
    license: License | None
    minutes: Mapping[str, int] = field(default_factory=dict)
    reported: Reported | None = None


@dataclass(frozen=True, kw_only=True)
class Judged:
    completion: Completion
    status: Status
    reasons: tuple[str, ...] = ()
    due_on: date | None = None

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """What may be said of it by hand."""
        if self.status is Status.CORRECTION and self.completion.revoked:
            return (Decision.WITHDRAWN,)
        if self.status in {Status.CORRECTION, Status.SENT, Status.REJECTED}:
            return (Decision.AGAIN, Decision.ACCEPTED)
        return ()

    def is_late(self, today: date) -> bool:
        return self.status in OPEN and self.due_on is not None and self.due_on < today


def judge(completion: Completion, board: Board) -> Judged:
    status, *reasons = _standing(completion, board)
    due_on = completion.completed_on + timedelta(days=board.days) if board.days else None
    return Judged(completion=completion, status=Status(status), reasons=tuple(reasons), due_on=due_on)


def _standing(completion: Completion, board: Board) -> tuple[str, ...]:
    """The status and its reasons."""
    reported = completion.reported
    if reported and reported.stage in {Stage.SENT, Stage.ACCEPTED}:
        if completion.revoked:
            return Status.CORRECTION, f"The certificate was revoked; the board has it as {reported.stage}."
        if reported.certificate_id != completion.certificate_id:
            return Status.CORRECTION, f"The certificate was superseded; the board has the old one as {reported.stage}."
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
        return Status.NOT_REQUIRED, "The course is not one that is reported to this board."
    if completion.license is None:
        return Status.NOT_REQUIRED, f"No license of {board.state}."
    reasons = tuple(_hindrances(completion, completion.license, course, board))
    return (Status.BLOCKED if reasons else Status.READY, *reasons)


def _hindrances(completion: Completion, license_: License, course: BoardCourse, board: Board) -> Iterator[str]:
    if board.by_codes:
        if board.provider_number is None:
            yield "The provider's number with this board is not entered."
        if course.number is None and course.own_number is None:
            yield "The course has no number with this board."
        if board.professions.get(license_.profession) is None:
            yield f"There is no code for the profession {license_.profession}."
        if missing := [area for area in completion.minutes if board.subject_areas.get(area) is None]:
            yield f"There is no subject-area code for: {', '.join(missing)}."
    if "xml" in board.formats and len(completion.name.split()) < 2:
        yield f"The name “{completion.name}” has no first and last part."
    if fault := _fault_of(license_.number, board):
        yield f"The license number “{license_.number}” {fault}."
    if license_.expires_on is not None and license_.expires_on < completion.completed_on:
        yield f"The license expired on {license_.expires_on}, before the completion."


def _fault_of(number: str, board: Board) -> str | None:
    if board.license_form is not None and not re.fullmatch(board.license_form, number.strip()):
        return f"is not written as those of {board.state} are ({board.license_form})"
    if not re.search(r"[0-9]", number):
        return "has no digit"
    return None


def apart(judged: Iterable[Judged], record_of: Mapping[int, str]) -> list[Judged]:
    """The same, but a license's course and day that is reported already, or twice, is blocked for whoever comes later.

    `record_of`: each ready completion's record by its certificate.
    """
    every = list(judged)
    owners = {one.completion.reported.record: one.completion.certificate_id for one in every if one.completion.reported}
    found = []
    for one in every:
        record = record_of.get(one.completion.certificate_id)
        if record and owners.setdefault(record, one.completion.certificate_id) != one.completion.certificate_id:
            why = "The same license, course and day stand in the report of another account."
            found.append(replace(one, status=Status.BLOCKED, reasons=(why,)))
        else:
            found.append(one)
    return found
