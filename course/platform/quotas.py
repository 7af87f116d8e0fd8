"""How much room the documents that people upload may take: of one account, in a day, and of all accounts together.

Documents are in the database, in the row that cites them. So they are written, erased and backed up with that row,
and no file is left over without one. What keeps the database small is these limits.
"""

import logging

from limits import parse
from sqlalchemy import Column, func, select

from course.platform import db
from course.platform.db import Model
from course.platform.throttle import Tries
from course.platform.web import Refused
from course.site import site

UPLOAD = {"upload": True}  # the `info` of a column with uploaded documents; its table has a `user_id`
MEGABYTE = 1_000_000
MAX_ACCOUNT_BYTES = 200 * MEGABYTE
UPLOADS_PER_DAY = parse("60 per day")
UPLOADS = Tries(
    "upload",
    UPLOADS_PER_DAY,
    UPLOADS_PER_DAY,
    UPLOADS_PER_DAY,
    f"You have uploaded {UPLOADS_PER_DAY.amount} files today. Upload the next one in {{wait}}.",
)
log = logging.getLogger(__name__)


class AccountFull(Refused):
    status = 422

    def __init__(self, used: int) -> None:
        super().__init__(
            f"Your files take {used / MEGABYTE:.0f} of {MAX_ACCOUNT_BYTES // MEGABYTE} MB. Choose a smaller file, "
            "or remove an external credit that you no longer need."
        )


class SiteFull(Refused):
    status = 503
    message = "The site has no room for more files. Try again later, or send this without a file. We were notified."


def require_room(user_id: int, size: int) -> None:
    """Count an upload of `size` bytes. Raise AccountFull, SiteFull or TooOften.

    The caller holds a lock on the person, so that two uploads at once can't pass together.
    """
    used = _stored_bytes(user_id)
    if used + size > MAX_ACCOUNT_BYTES:
        raise AccountFull(used)
    limit = site().config.upload_limit_gb
    if _stored_bytes() + size > limit * 1000 * MEGABYTE:
        log.error("an upload was refused: the documents of all people take UPLOAD_LIMIT_GB, %d GB", limit)
        raise SiteFull
    site().throttle.count_try(UPLOADS, [(UPLOADS_PER_DAY, (UPLOADS.kind, str(user_id)))])


def _stored_bytes(user_id: int | None = None) -> int:
    """Return the size of the documents of a person, or of everybody."""
    return sum(
        db.session.scalar(
            select(func.coalesce(func.sum(func.length(column)), 0)).where(
                column.is_not(None), *([] if user_id is None else [column.table.c.user_id == user_id])
            )
        )
        or 0
        for column in upload_columns()
    )


def upload_columns() -> list[Column[bytes]]:
    """Return the columns that hold documents that people uploaded."""
    return [column for table in Model.metadata.tables.values() for column in table.columns if column.info.get("upload")]
