"""The name of somebody new, and who the provider says they are until they press a button here."""

from dataclasses import asdict
from datetime import datetime, timedelta

from flask import session

from course.people.accounts.forms import NameFields
from course.people.single_sign_on.identity import Identity
from course.platform.browser import KEPT_IDENTITY

KEPT_FOR = timedelta(minutes=20)


class NewAccountForm(NameFields):
    """The legal name. The provider's is only a proposal, since it is seldom the one on the license."""


def keep_identity(person: Identity, target: str, now: datetime) -> None:
    """Keep in the browser's signed cookie who came from the provider, and which page they wanted."""
    session[KEPT_IDENTITY] = [asdict(person) | {"signed_in_at": None}, target, now.isoformat()]


def kept_identity(now: datetime) -> tuple[Identity, str] | None:
    """Return who came from the provider in this browser a short time ago, and which page they wanted."""
    values, target, at = session.get(KEPT_IDENTITY, (None, "", ""))
    if values is None or now - datetime.fromisoformat(at) > KEPT_FOR:
        return None
    return Identity(**values), target


def forget_identity() -> None:
    session.pop(KEPT_IDENTITY, None)
