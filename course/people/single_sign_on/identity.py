"""What a provider's claims say: who the person is, and whether they proved it with a second factor."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

# Methods of RFC 8176 that are two factors, or hardware that its owner unlocks. One-time codes alone are only one.
SECOND_FACTOR_METHODS = {"mfa", "hwk"}
# The classes of OpenID Connect EAP (phishing-resistant), of REFEDS and of PAPE.
SECOND_FACTOR_CLASSES = {
    "phr",
    "phrh",
    "https://refeds.org/profile/mfa",
    "http://schemas.openid.net/pape/policies/2007/06/multi-factor",
}
MAX_CHARACTERS = 255


@dataclass(frozen=True)
class Identity:
    """A person as the provider knows them. `email` is only there if the provider has verified it."""

    issuer: str
    subject: str
    email: str | None
    given_name: str
    family_name: str
    second_factor: bool
    signed_in_at: datetime | None


def identity(claims: Mapping[str, Any]) -> Identity:
    """Return the identity in verified claims. Raise ValueError if it can't be stored."""
    subject = str(claims["sub"])
    if not 0 < len(subject) <= MAX_CHARACTERS or "\0" in subject:
        raise ValueError("the subject is empty or too long, or has a NUL character")
    email, verified = _text(claims, "email"), claims.get("email_verified") is True
    return Identity(
        issuer=str(claims["iss"]),
        subject=subject,
        email=email if verified and "@" in email else None,
        given_name=_text(claims, "given_name"),
        family_name=_text(claims, "family_name"),
        second_factor=_has_second_factor(claims),
        signed_in_at=_moment(claims.get("auth_time")),
    )


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    usable = isinstance(value, str) and value.isprintable() and len(value) <= MAX_CHARACTERS
    return str(value).strip() if usable else ""


def _has_second_factor(claims: Mapping[str, Any]) -> bool:
    methods = claims.get("amr")
    stated = set(map(str, methods)) if isinstance(methods, list) else set()
    return bool(stated & SECOND_FACTOR_METHODS) or str(claims.get("acr")) in SECOND_FACTOR_CLASSES


def _moment(seconds: object) -> datetime | None:
    try:
        return datetime.fromtimestamp(seconds, UTC) if isinstance(seconds, int | float) else None
    except (OverflowError, OSError, ValueError):
        return None
