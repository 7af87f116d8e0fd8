"""Accounts with the OpenID provider are connected and disconnected here."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from course.people.accounts import actions as accounts
from course.people.accounts.models import User
from course.people.accounts.name_parts import NameParts
from course.people.single_sign_on import queries
from course.people.single_sign_on.identity import Identity
from course.people.single_sign_on.models import ExternalIdentity
from course.platform import db, jobs
from course.platform.audit.log import Event, record
from course.platform.db import unit_of_work
from course.platform.web import Refused
from course.site import site


class ConnectedToSomebodyElse(Refused):
    message = "This sign-in is already connected to another account."


@unit_of_work
def connect(user: User, identity: Identity, *, now: datetime) -> None:
    """Let the person sign in by the provider from now on. Raise ConnectedToSomebodyElse."""
    db.locked(User, user.id)
    if known := queries.find(identity):
        if known.user_id != user.id:
            raise ConnectedToSomebodyElse
        return  # the form was sent twice
    db.session.add(ExternalIdentity(user_id=user.id, issuer=identity.issuer, subject=identity.subject, linked_at=now))
    try:
        db.session.flush()
    except IntegrityError:
        raise ConnectedToSomebodyElse from None
    _note(Event.SIGN_IN_CONNECTED, "factor-connected", user, now)


@unit_of_work
def sign_up(identity: Identity, name: NameParts, *, now: datetime) -> User:
    """Create a learner's account for somebody new at the provider, which has verified their email. Raise EmailTaken.

    It has no password. One can be set by email.
    """
    user = accounts.add_learner(name, str(identity.email), now=now)
    connect(user, identity, now=now)
    return user


@unit_of_work
def disconnect(user: User, *, now: datetime) -> None:
    """End signing in by the provider. The password stays, and can be set by email if there is none."""
    db.locked(User, user.id)
    issuer = queries.provider().issuer
    if queries.identity_of(user.id, issuer) is not None:
        db.session.execute(delete(ExternalIdentity).filter_by(user_id=user.id, issuer=issuer))
        _note(Event.SIGN_IN_DISCONNECTED, "factor-disconnected", user, now)


@unit_of_work
def disconnect_since(user: User, moment: datetime, *, now: datetime) -> None:
    """Disconnect what was connected since that moment by somebody else who was in the account."""
    since = delete(ExternalIdentity).where(ExternalIdentity.user_id == user.id, ExternalIdentity.linked_at >= moment)
    for issuer in db.session.scalars(since.returning(ExternalIdentity.issuer)).all():
        record(Event.SIGN_IN_DISCONNECTED, user, f"person:{user.code}", person_id=user.id, now=now, issuer=issuer)


def _note(event: Event, template: str, user: User, now: datetime) -> None:
    provider = queries.provider()
    record(event, user, f"person:{user.code}", person_id=user.id, now=now, issuer=provider.issuer)
    jobs.put(
        "mail",
        key=f"{template}:{user.code}:{now.isoformat()}",
        now=now,
        to=user.email,
        template=template,
        name=user.name_in_mails,
        provider_name=provider.name,
        link=f"{site().base_url}/profile/security",
    )
