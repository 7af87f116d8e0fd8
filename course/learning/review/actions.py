"""Signs the clinical review of a module."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError

from course.content.schema.module import Module
from course.content.schema.skill import SkillList
from course.learning.review.models import ModuleReview
from course.people.accounts.models import User
from course.platform import db
from course.platform.audit.log import Event, record
from course.platform.db import unit_of_work
from course.platform.web import Refused


class ContentChanged(Refused):
    message = "The content has changed since you opened this page. Reload it, read what changed, then sign."


class NoCredentials(Refused):
    message = "Your account has no credentials on record. Another administrator adds them on your page under People."


class AlreadySigned(Refused):
    message = "This version of the module is already signed. The first signature counts."


@unit_of_work
def sign(reviewer: User, module: Module | SkillList, digest: str, *, now: datetime) -> ModuleReview:
    """Sign the content that the page showed, with the name and credentials of the reviewer's account.

    `digest` is that of the content which the reviewer read. Raise NoCredentials, ContentChanged if the module has
    other content by now, or AlreadySigned if this content has a signature.
    """
    if digest != module.reviewed_digest:
        raise ContentChanged
    if reviewer.credentials is None:
        raise NoCredentials
    name, credentials = reviewer.legal_name, reviewer.credentials
    review = ModuleReview(
        module_id=module.id, digest=digest, reviewer_id=reviewer.id, name=name, credentials=credentials, at=now
    )
    db.session.add(review)
    try:
        db.session.flush()
    except IntegrityError:
        raise AlreadySigned from None
    record(
        Event.CONTENT_REVIEWED,
        reviewer,
        f"module:{module.id}",
        person_id=reviewer.id,
        now=now,
        content_hash=digest,
        name=name,
        credentials=credentials,
    )
    return review
