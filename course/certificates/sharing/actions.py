import secrets
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, select

from course.certificates.directory import actions as directory
from course.certificates.issuing import queries as certificates
from course.certificates.issuing.models import Certificate
from course.certificates.sharing import queries
from course.certificates.sharing.models import HiddenName, ShareLink
from course.certificates.sharing.queries import NameVisibility
from course.people.accounts.models import User
from course.platform import db
from course.platform.audit.log import Event, record
from course.platform.db import unit_of_work
from course.platform.queries import one_or_404
from course.platform.web import Refused

MAX_LINKS = 20
MAX_LINKS_EVER = 500  # of a certificate, because the row of an ended link stays


class LinkExists(Refused):
    message = "You already have a link with this label. End that link or enter another label."


class TooManyLinks(Refused):
    message = f"This certificate has {MAX_LINKS} links. End one that you no longer need."


class TooManyLinksEver(Refused):
    message = f"This certificate has had {MAX_LINKS_EVER} links, and no more can be made. Use one that has not ended."


class NotShareable(Refused):
    message = "A revoked or superseded certificate can't be shared or listed."


@unit_of_work
def make_link(user: User, certificate: Certificate, label: str, *, now: datetime) -> ShareLink:
    """Create a link to the award's certificate. Raise LinkExists, TooManyLinks, TooManyLinksEver, or NotShareable."""
    _require_shareable(user, certificate)
    links = queries.links_of(certificate)
    if any(link.label == label for link in links):
        raise LinkExists
    if len(links) >= MAX_LINKS:
        raise TooManyLinks
    if queries.count_links(certificate) >= MAX_LINKS_EVER:
        raise TooManyLinksEver
    link = ShareLink(token=secrets.token_urlsafe(24), label=label, made_at=now, **asdict(certificate.award))
    db.session.add(link)
    _record(Event.CERTIFICATE_SHARED, user, certificate, now, label=label)
    return link


@unit_of_work
def end_link(user: User, certificate: Certificate, token: str, *, now: datetime) -> None:
    """End the link, so that it shows nothing any more. A repeat is harmless. Raise NotFound."""
    db.locked(User, user.id)
    link = one_or_404(select(ShareLink).filter_by(token=token, **asdict(certificate.award)))
    if link.ended_at is None:
        link.ended_at = now
        _record(Event.SHARE_ENDED, user, certificate, now, label=link.label)


@unit_of_work
def set_visibility(user: User, certificate: Certificate, visibility: NameVisibility, *, now: datetime) -> None:
    """Set what the public sees of the holder's name on this certificate and on one that replaces it.

    Raise NotShareable if an ended certificate is to be listed.
    """
    db.locked(User, user.id)
    before = queries.visibility_of(certificate)
    if visibility is before:
        return
    if visibility is NameVisibility.LISTED:
        _require_shareable(user, certificate)
    award = certificate.award
    db.session.execute(delete(HiddenName).filter_by(**asdict(award)))
    directory.unlist(award)
    if visibility is NameVisibility.INITIALS:
        db.session.add(HiddenName(hidden_at=now, **asdict(award)))
    if visibility is NameVisibility.LISTED:
        directory.list_award(award, name=certificate.name, state=certificate.facts["license_state"])
    _record(Event.PUBLICITY_CHANGED, user, certificate, now, before=before, after=visibility)


def _require_shareable(user: User, certificate: Certificate) -> None:
    """Raise NotShareable. The lock keeps others from ending the certificate until the transaction is over."""
    db.locked(User, user.id)
    if not certificates.is_not_ended(certificate.id):
        raise NotShareable


def _record(event: Event, user: User, certificate: Certificate, now: datetime, **details: str) -> None:
    record(event, user, f"certificate:{certificate.code}", person_id=user.id, now=now, **details)
