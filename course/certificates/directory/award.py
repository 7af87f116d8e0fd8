from dataclasses import dataclass


@dataclass(frozen=True)
class Award:
    """One completion of a course by one person. All certificates that were made for it share it."""

    user_id: int
    course_id: str
    cycle: int
