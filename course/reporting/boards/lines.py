"""What a file says of one completion, under the codes of its board."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from course.content.schema.boards import Board
from course.learning.study import contact_time
from course.reporting.boards.status import Completion


@dataclass(frozen=True, kw_only=True)
class Line:
    """`credits`: hours by subject area, none where the course counts as a whole. Dates are calendar dates."""

    provider: str
    course: str
    is_own_course: bool
    publishing: str | None
    license: str
    profession: str
    state: str
    first_name: str
    last_name: str
    completed_on: date
    credits: tuple[tuple[str, Fraction], ...]

    @property
    def key(self) -> str:
        return key_of(self.profession, self.license, self.state, self.course, written(self.completed_on))


def key_of(profession: str, license_: str, state: str, course: str, completed: str) -> str:
    """What tells a record from every other, in the file that is sent and in the receipt that mirrors it."""
    return "|".join(" ".join(part.upper().split()) for part in (state, profession, license_, course, completed))


def written(day: date) -> str:
    """As the service writes dates: 12/3/2008."""
    return f"{day.month}/{day.day}/{day.year}"


def line(completion: Completion, board: Board, hour_minutes: int) -> Line:
    """Of a completion that is ready; a board without codes gets our own words in their place."""
    license_, course = completion.license, board.courses[completion.course_id]
    if license_ is None:
        raise ValueError(f"{completion.code} has no license to report")
    number = course.number or course.own_number or completion.course_id
    *first, last = completion.name.split()
    return Line(
        provider=(board.provider_number or "").removeprefix("50-"),
        course=number.removeprefix("20-") if course.number else number,
        is_own_course=course.number is None,
        publishing=course.publishing_number,
        license=license_.number.strip(),
        profession=board.professions.get(license_.profession) or license_.profession,
        state=board.state,
        first_name=" ".join(first),
        last_name=last,
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
