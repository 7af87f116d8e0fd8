"""The link in a mail that ends the mails, for whoever has the mail. It never gets too old, as mails are kept. Pure."""

from enum import StrEnum
from uuid import UUID

from itsdangerous import BadData, URLSafeSerializer


class Mails(StrEnum):
    """Which mails a link ends; a link of one kind ends no other."""

    REVIEW = "review-mail"
    LICENSES = "license-mail"


def make(secret: str, mails: Mails, code: UUID) -> str:
    return URLSafeSerializer(secret, salt=mails).dumps(str(code))


def read(secret: str, mails: Mails, token: str) -> UUID | None:
    """The account's code; None if forged or altered."""
    try:
        return UUID(URLSafeSerializer(secret, salt=mails).loads(token))
    except (BadData, ValueError, TypeError, AttributeError):
        return None
