"""Keep the public directory of certificate holders."""

from dataclasses import asdict

from sqlalchemy import delete, insert, select

from course.certificates.directory import name_keys
from course.certificates.directory.award import Award
from course.certificates.directory.models import DirectoryName
from course.platform import db
from course.platform.db import unit_of_work


@unit_of_work
def list_award(award: Award, *, name: str, state: str) -> None:
    """List the award under the name in the state of its license, in place of any name that it had there."""
    unlist(award)
    rows = [asdict(award) | {"state": state, "key": key} for key in name_keys.keys(name)]
    db.session.execute(insert(DirectoryName), rows)


@unit_of_work
def unlist(award: Award) -> None:
    """Remove the award from the directory if it is there."""
    db.session.execute(delete(DirectoryName).filter_by(**asdict(award)))


@unit_of_work
def relist(award: Award, *, name: str, state: str) -> None:
    """List the award under a new name if it is in the directory, so that a successor is found by its own name."""
    listed = select(DirectoryName.key).filter_by(**asdict(award)).limit(1)
    if db.session.scalars(listed).first() is not None:
        list_award(award, name=name, state=state)
