"""The U.S. territories that license physical therapists. Unlike for the states, no law of theirs is on file."""

from dataclasses import dataclass

from course.content.schema.jurisdiction import Jurisdiction


@dataclass(frozen=True)
class Territory:
    """A territory that a license can be from. `time_zone` is the one of its capital."""

    code: str
    name: str
    time_zone: str
    hour_minutes: None = None  # as for a state without a source on the length of an hour

    @property
    def board(self) -> str:
        """Return words for the board, because no source for its name is on file."""
        return f"licensing board of {self.name}"


TERRITORIES = {
    one.code: one
    for one in (
        Territory("AS", "American Samoa", "Pacific/Pago_Pago"),
        Territory("GU", "Guam", "Pacific/Guam"),
        Territory("MP", "Northern Mariana Islands", "Pacific/Saipan"),
        Territory("PR", "Puerto Rico", "America/Puerto_Rico"),
        Territory("VI", "U.S. Virgin Islands", "America/St_Thomas"),
    )
}
LicensingPlace = Jurisdiction | Territory
