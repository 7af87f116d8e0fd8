"""One completion as a report file has it, under the codes of its board."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from course.content.schema.boards import Board
from course.learning.study import contact_time
from course.people.accounts.name_parts import NameParts
from course.reporting.boards.status import Completion


@dataclass(frozen=True, kw_only=True)
class ReportLine:
    """`credits`: hours by subject area, empty if the course's credit is not divided. Dates are calendar dates."""

    provider: str
    course: str
    is_own_course: bool
    publishing: str | None
    license: str
    profession: str
    state: str
    name: str
    name_parts: NameParts | None
    completed_on: date
    credits: tuple[tuple[str, Fraction], ...]

    @property
    def key(self) -> str:
        return record_key(self.profession, self.license, self.state, self.course, numeric_date(self.completed_on))


def record_key(profession: str, license_: str, state: str, course: str, completed: str) -> str:
    """Return the key that identifies a record in the file and in the receipt that repeats it."""
    return "|".join(" ".join(part.upper().split()) for part in (state, profession, license_, course, completed))


def numeric_date(day: date) -> str:
    """Return the date as CE Broker writes it: 12/3/2008."""
    return f"{day.month}/{day.day}/{day.year}"


def report_line(completion: Completion, board: Board, hour_minutes: int) -> ReportLine:
    """Return the line of a ready completion. For a board without codes, our own names take their place."""
    license_, course = completion.license, board.courses[completion.course_id]
    if license_ is None:
        raise ValueError(f"{completion.code} has no license to report")
    number = course.number or course.own_number or completion.course_id
    return ReportLine(
        provider=(board.provider_number or "").removeprefix("50-"),
        course=number.removeprefix("20-") if course.number else number,
        is_own_course=course.number is None,
        publishing=course.publishing_number,
        license=license_.number.strip(),
        profession=board.professions.get(license_.profession) or license_.profession,
        state=board.state,
        name=completion.name,
        name_parts=completion.name_parts,
        completed_on=completion.completed_on,
        credits=tuple(_credits(completion.minutes, board.subject_areas, hour_minutes)),
    )


def _credits(
    minutes: Mapping[str, int], codes: Mapping[str, str | None], hour_minutes: int
) -> Iterator[tuple[str, Fraction]]:
    for domain, spent in minutes.items():
        code, hours = codes.get(domain), contact_time.hours(spent, hour_minutes)
        if code and hours:
            yield code, hours
