"""The link in a mail that ends the mails, for whoever has the mail. It never gets too old, as mails are kept. Pure."""

from uuid import UUID

from itsdangerous import BadData, URLSafeSerializer

SALT = "review-mail"


def make(secret: str, code: UUID) -> str:
    return URLSafeSerializer(secret, salt=SALT).dumps(str(code))


def read(secret: str, token: str) -> UUID | None:
    """The account's code; None if forged or altered."""
    try:
        return UUID(URLSafeSerializer(secret, salt=SALT).loads(token))
    except (BadData, ValueError, TypeError, AttributeError):
        return None
