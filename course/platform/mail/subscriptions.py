"""Mails that a person can unsubscribe from by the link in each of them, without signing in."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from itsdangerous import BadData, URLSafeSerializer

from course.platform.web import Refused
from course.site import site

log = logging.getLogger(__name__)


class LinkNotValid(Refused):
    status = 410
    message = "This link is incomplete. Open it from the email again, or sign in and change your email settings."


@dataclass(frozen=True)
class Subscription:
    """One kind of mail. `salt` signs its unsubscribe links, so that a link works for one kind only.

    `path` is the page of the links. A link never expires, because people keep their mail.
    """

    salt: str
    path: str

    def link(self, account: UUID) -> str:
        """Return the address at which the owner of the account unsubscribes."""
        return f"{site().base_url}{self.path}/{self._serializer().dumps(str(account))}"

    def account(self, token: str) -> UUID:
        """Return the account in an unsubscribe link. Raise LinkNotValid if the link is forged or altered."""
        try:
            return UUID(self._serializer().loads(token))
        except (BadData, ValueError, TypeError, AttributeError) as error:
            raise LinkNotValid from error

    def _serializer(self) -> URLSafeSerializer:
        return URLSafeSerializer(site().secret_keys, salt=self.salt)


def remind_each(ids: Iterable[int], remind: Callable[[int], None]) -> None:
    """Call `remind` with each id. An error is logged, so that one person's mail doesn't hold back everyone else's."""
    for id_ in ids:
        try:
            remind(id_)
        except Exception:
            log.exception("the reminder for %s was not sent", id_)
