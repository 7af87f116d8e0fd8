"""Form fields for documents. A file that was chosen is kept while another field of the form has an error.

A browser never fills a file field again, so without this the person would have to notice that the field is empty and
choose the file once more. The form that comes back has a token in place of the file. It opens the file to the person
who sent it, for a short time.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import request
from flask_wtf.file import FileField
from sqlalchemy import ForeignKey, LargeBinary, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column
from wtforms import Form
from wtforms.validators import StopValidation, ValidationError

from course.platform import clock, db, file_types
from course.platform.access import me
from course.platform.db import Model, UTCDateTime, unit_of_work

KEPT_FOR = timedelta(hours=2)
MAX_KEPT_PER_PERSON = 3
MAX_KEPT_BYTES = 500_000_000  # of all people together; beyond that, files have to be chosen again
MAX_NAME_LENGTH = 200
CHOOSE_AGAIN = "Choose the file again. It was not kept."


class KeptFile(Model):
    """A file of a form that was shown again. It is erased once the form is accepted, or after KEPT_FOR."""

    __tablename__ = "kept_file"

    token: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    name: Mapped[str]
    data: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class DocumentField(FileField):  # type: ignore[misc]
    """A document to upload: a PDF, JPEG or PNG. `content` is None if none was chosen; `kept_name` names a kept file."""

    content: bytes | None = None
    file_name = ""
    kept_token = ""
    errors: Sequence[str]

    @property
    def token_name(self) -> str:
        """Return the name of the hidden field with the token."""
        return f"{self.name}-kept"

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata(valuelist)
        if self.data is not None:
            self.content, self.file_name = self.data.read(), self.data.filename[-MAX_NAME_LENGTH:]
            self.data.close()
        elif token := request.form.get(self.token_name):
            self._take_kept(token)

    def _take_kept(self, token: str) -> None:
        """Take the file that was kept, and erase it with the work that uses it."""
        kept = db.session.get(KeptFile, token)
        if kept is None or kept.user_id != me().id or kept.created_at < clock.now() - KEPT_FOR:
            raise ValueError(CHOOSE_AGAIN)
        self.content, self.file_name, self.kept_token = kept.data, kept.name, token
        db.begin_with(lambda: _erase(token))

    def pre_validate(self, form: Form) -> None:  # noqa: ARG002 - called by WTForms
        if self.process_errors:
            raise StopValidation
        if self.content is not None and (fault := file_types.fault(self.content)):
            raise ValidationError(fault)

    def keep(self) -> None:
        """Keep the file for the form that is shown again."""
        if self.content is None or self.kept_token or self.errors:
            return
        with db.aside():
            self.kept_token = _keep(me().id, self.file_name, self.content, clock.now())
        if not self.kept_token:
            self.errors = [CHOOSE_AGAIN]


def _erase(token: str) -> None:
    db.session.execute(delete(KeptFile).filter_by(token=token))


@unit_of_work
def _keep(user_id: int, name: str, data: bytes, now: datetime) -> str:
    """Store the file and return its token, or nothing if there is no room. The person's oldest files make way."""
    newest = select(KeptFile.token).filter_by(user_id=user_id).order_by(KeptFile.created_at.desc())
    surplus = db.session.scalars(newest).all()[MAX_KEPT_PER_PERSON - 1 :]
    db.session.execute(delete(KeptFile).where(KeptFile.token.in_(surplus)))
    used = db.session.scalar(select(func.coalesce(func.sum(KeptFile.size), 0))) or 0
    if used + len(data) > MAX_KEPT_BYTES:
        return ""
    token = secrets.token_urlsafe(32)
    db.session.add(KeptFile(token=token, user_id=user_id, name=name, data=data, size=len(data), created_at=now))
    return token


@unit_of_work
def purge(now: datetime) -> None:
    """Erase files that nobody came back for. Safe to repeat."""
    db.session.execute(delete(KeptFile).where(KeptFile.created_at < now - KEPT_FOR))
