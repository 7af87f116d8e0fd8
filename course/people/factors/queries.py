"""Finds a person's second factors."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from course.people.factors.models import AuthenticatorApp, Passkey, RecoveryCode
from course.people.factors.relying_party import RelyingParty, relying_party
from course.platform import db
from course.platform.queries import one_or_404
from course.platform.web import Refused
from course.site import site


class NoPasskeysHere(Refused):
    message = "Passkeys do not work at this address."


def passkey_site(requested: str) -> RelyingParty:
    """Return the site as passkeys know it. `requested`: the address in the request. Raise NoPasskeysHere."""
    if (party := relying_party(site().config.public_url, requested)) is None:
        raise NoPasskeysHere
    return party


@dataclass(frozen=True)
class Factors:
    """A person's second factors. `recovery_codes`: how many are unused; they only stand in for a lost factor."""

    passkeys: Sequence[Passkey]
    app: AuthenticatorApp | None
    recovery_codes: int

    @property
    def count(self) -> int:
        return len(self.passkeys) + (self.app is not None)

    @property
    def names(self) -> list[str]:
        """Return what the person calls them."""
        return [passkey.name for passkey in self.passkeys] + (["Authenticator app"] if self.app else [])


def factors_of(user_id: int) -> Factors:
    return Factors(
        passkeys=db.session.scalars(select(Passkey).filter_by(user_id=user_id).order_by(Passkey.id)).all(),
        app=app_of(user_id),
        recovery_codes=db.session.scalar(select(func.count(RecoveryCode.id)).filter_by(user_id=user_id, used_at=None))
        or 0,
    )


def app_of(user_id: int) -> AuthenticatorApp | None:
    return db.session.get(AuthenticatorApp, user_id)


def own_passkey(user_id: int, code: UUID) -> Passkey:
    """Return the person's passkey with that code. Raise NotFound."""
    return one_or_404(select(Passkey).filter_by(user_id=user_id, code=code))


def passkey_of(credential_id: bytes) -> Passkey | None:
    return db.session.scalars(select(Passkey).filter_by(credential_id=credential_id)).one_or_none()


def unused_codes(user_id: int) -> Sequence[RecoveryCode]:
    return db.session.scalars(select(RecoveryCode).filter_by(user_id=user_id, used_at=None)).all()
