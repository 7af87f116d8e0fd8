"""What an audit packet is about: a course and a period, or one person."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class PacketRequest:
    """A course with its first and last day, both included; or a person, by the code of their account."""

    course: str | None = None
    first: date | None = None
    last: date | None = None
    person: str | None = None

    def to_json(self) -> dict[str, Any]:
        if self.person is not None:
            return {"person": self.person}
        return {"course": self.course, "first": str(self.first), "last": str(self.last)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        if "person" in data:
            return cls(person=data["person"])
        return cls(data["course"], date.fromisoformat(data["first"]), date.fromisoformat(data["last"]))

    @property
    def file_name(self) -> str:
        """The name of the packet's file, without its ending."""
        return f"audit-packet-{self.person or f'{self.course}-{self.first}-{self.last}'}"

    def utc_bounds(self) -> tuple[datetime, datetime]:
        """Return two moments with every completion of the period between them, in whatever time zone it was."""
        first, last = self.first or date.min, self.last or date.max
        margin = timedelta(days=1)  # no time zone is further from UTC
        return datetime.combine(first, time(), UTC) - margin, datetime.combine(last, time(), UTC) + 2 * margin

    def includes(self, completed_at: datetime, time_zone: str) -> bool:
        """Return whether the completion is in the period, by the calendar of the license's state."""
        if self.first is None or self.last is None:
            return True
        return self.first <= completed_at.astimezone(ZoneInfo(time_zone)).date() <= self.last
