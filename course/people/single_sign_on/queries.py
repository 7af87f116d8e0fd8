"""Finds the provider and the accounts that people have with it."""

from sqlalchemy import select

from course.people.single_sign_on.identity import Identity
from course.people.single_sign_on.models import ExternalIdentity
from course.platform import db
from course.platform.open_id import Provider
from course.platform.web import NotFound
from course.site import site


def provider() -> Provider:
    """Return the provider of single sign-on. Raise NotFound if none is set."""
    if (found := site().identity_provider) is None:
        raise NotFound
    return found


def find(identity: Identity) -> ExternalIdentity | None:
    """Return the stored account with the provider, if it belongs to somebody here."""
    wanted = select(ExternalIdentity).filter_by(issuer=identity.issuer, subject=identity.subject)
    return db.session.scalars(wanted).one_or_none()


def identity_of(user_id: int, issuer: str) -> ExternalIdentity | None:
    """Return the person's account with that provider."""
    wanted = select(ExternalIdentity).filter_by(user_id=user_id, issuer=issuer).order_by(ExternalIdentity.id)
    return db.session.scalars(wanted).first()
