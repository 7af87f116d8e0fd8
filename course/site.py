"""What this process was started with, in one typed object. A room asks `site()` for its part."""

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
    from course.platform.throttle import Throttle
    from course.platform.web import Refused

KEY = "site"


@dataclass(frozen=True, kw_only=True)
class Site:
    """`create_app` makes it once; nothing in it changes while the process runs."""

    config: "Config"
    catalog: "Catalog"
    issuer: "Issuer"
    signer: "DocumentSigner"
    templates: "Templates"
    engines: "Engines"
    queue: "Queue"
    saves: "GroupCommit[Save, int | Refused]"
    throttle: "Throttle"

    @property
    def base_url(self) -> str:
        """Where people reach the site, without a slash at the end: for links in mails and certificates."""
        return self.config.base_url

    @property
    def mailbox(self) -> Path | None:
        """The folder of kept mails, or None where the local mailbox stays closed."""
        return None if self.config.public_url or self.config.smtp_url else self.config.mails


def install(app: Flask, site: Site) -> None:
    app.extensions[KEY] = site


def site_of(app: Flask) -> Site:
    return cast(Site, app.extensions[KEY])


def site() -> Site:
    """The site of the running app. Raises RuntimeError outside of an app context."""
    return site_of(current_app)
