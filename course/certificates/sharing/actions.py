import secrets
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, select

from course.certificates.directory import actions as directory
from course.certificates.issuing import queries as certificates
from course.certificates.issuing.models import Certificate
from course.certificates.sharing import queries
from course.certificates.sharing.models import HiddenName, ShareLink
from course.certificates.sharing.queries import Shown
from course.people.accounts.models import User
from course.platform import db
from course.platform.audit.log import Event, record
from course.platform.db import unit_of_work
from course.platform.web import NotFound, Refused

MOST_LINKS = 20


class SharedAlready(Refused):
    message = "A link with this label is there already. End that one first, or choose another label."


class TooManyLinks(Refused):
    message = f"There are {MOST_LINKS} links to this certificate. End one that is no longer needed."


class StandsNoMore(Refused):
    message = "Only a certificate that was neither revoked nor superseded can be shared and listed."


@unit_of_work
def make_link(user: User, certificate: Certificate, label: str, *, now: datetime) -> ShareLink:
    """A link to the award, whose certificate it shows while one stands. The same label twice is refused."""
    _must_stand(user, certificate)
    links = queries.links_of(certificate)
    if any(link.label == label for link in links):
        raise SharedAlready
    if len(links) >= MOST_LINKS:
        raise TooManyLinks
    link = ShareLink(token=secrets.token_urlsafe(24), label=label, made_at=now, **asdict(certificate.award))
    db.session.add(link)
    _record(Event.CERTIFICATE_SHARED, user, certificate, now, label=label)
    return link


@unit_of_work
def end_link(user: User, certificate: Certificate, token: str, *, now: datetime) -> None:
    """From now on the link leads nowhere; one that was ended before stays so."""
    db.locked(User, user.id)
    link = db.session.scalars(select(ShareLink).filter_by(token=token, **asdict(certificate.award))).one_or_none()
    if link is None:
        raise NotFound
    if link.ended_at is None:
        link.ended_at = now
        _record(Event.SHARE_ENDED, user, certificate, now, label=link.label)


@unit_of_work
def show(user: User, certificate: Certificate, shown: Shown, *, now: datetime) -> None:
    """Decides what the public sees of the holder's name, with this certificate and with one that takes its place."""
    db.locked(User, user.id)
    before = queries.shown_of(certificate)
    if shown is before:
        return
    if shown is Shown.LISTED:
        _must_stand(user, certificate)
    award = certificate.award
    db.session.execute(delete(HiddenName).filter_by(**asdict(award)))
    directory.unlist(award)
    if shown is Shown.INITIALS:
        db.session.add(HiddenName(hidden_at=now, **asdict(award)))
    if shown is Shown.LISTED:
        directory.list_award(award, name=certificate.name, state=certificate.facts["license_state"])
    _record(Event.PUBLICITY_CHANGED, user, certificate, now, before=before, after=shown)


def _must_stand(user: User, certificate: Certificate) -> None:
    """Raises StandsNoMore. Until the transaction ends nobody else ends a certificate of this person."""
    db.locked(User, user.id)
    if not certificates.stands(certificate.id):
        raise StandsNoMore


def _record(event: Event, user: User, certificate: Certificate, now: datetime, **details: str) -> None:
    record(event, user, f"certificate:{certificate.code}", person_id=user.id, now=now, **details)
