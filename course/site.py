"""Everything that the process was started with, in one typed object. Rooms get it from `site()`."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from flask import Flask, current_app

if TYPE_CHECKING:
    from course.assessment.attempts.saving import Save
    from course.certificates.credentials.issuer import Issuer
    from course.certificates.credentials.pdf_signing import DocumentSigner
    from course.certificates.issuing.templates import Templates
    from course.content.schema.catalog import Catalog
    from course.platform.config import Config
    from course.platform.db import Engines
    from course.platform.group_commit import GroupCommit
    from course.platform.jobs import Queue
    from course.platform.open_id import Provider
    from course.platform.throttle import Throttle
    from course.platform.web import Refused

KEY = "site"


@dataclass(frozen=True, kw_only=True)
class Site:
    """Configuration, content and connections. `create_app` builds it once, and it never changes after that."""

    config: "Config"
    catalog: "Catalog"
    issuer: "Issuer"
    signer: "DocumentSigner"
    templates: "Templates"
    engines: "Engines"
    queue: "Queue"
    saves: "GroupCommit[Save, int | Refused]"
    throttle: "Throttle"
    identity_provider: "Provider | None"

    @property
    def base_url(self) -> str:
        """Return the site's address for links in mails and certificates, without a final slash."""
        return self.config.base_url

    @property
    def secret_keys(self) -> list[str]:
        """Return the keys for links, oldest first. The last one signs, and all of them verify."""
        return list(reversed(self.config.secret_keys))

    @property
    def mailbox(self) -> Path | None:
        """Return the folder of stored mails, or None if the local mailbox is closed."""
        return None if self.config.public_url or self.config.smtp_url else self.config.mails


def install(app: Flask, site: Site) -> None:
    app.extensions[KEY] = site


def site_of(app: Flask) -> Site:
    return cast(Site, app.extensions[KEY])


def site() -> Site:
    """Return the site of the current app. Raise RuntimeError outside an app context."""
    return site_of(current_app)
