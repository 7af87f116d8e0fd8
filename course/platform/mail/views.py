"""The local mailbox shows stored mails to a browser on this machine only."""

import ipaddress
from email import policy
from email.parser import BytesParser
from pathlib import Path
from urllib.parse import urlsplit

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.platform import jobs
from course.platform.access import public
from course.platform.web import NotFound
from course.site import site

bp = Blueprint("mail", __name__)
MAX_LISTED_MAILS = 50
PROXY_HEADERS = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")


def local_mailbox() -> str | None:
    """Return the mailbox's address if this visitor may see it."""
    if site().mailbox is None or any(name in request.headers for name in PROXY_HEADERS):
        return None
    return url_for("mail.mailbox") if _is_local(request.remote_addr) and _is_local(_host()) else None


def _host() -> str:
    """Return the requested host name. A foreign site whose name points at this machine must not read the mails."""
    return (urlsplit(f"//{request.host}").hostname or "").replace("localhost", "127.0.0.1")


def _is_local(address: str | None) -> bool:
    try:
        return ipaddress.ip_address(address or "").is_loopback
    except ValueError:
        return False


@bp.get("/mailbox/")
@public
def mailbox() -> ResponseReturnValue:
    folder = site().mailbox
    if folder is None or local_mailbox() is None:
        raise NotFound
    newest = sorted(folder.glob("*.eml"), reverse=True)[:MAX_LISTED_MAILS]
    return render_template(
        "platform/mail/mailbox.html", messages=[_read(path) for path in newest], waiting=jobs.waiting()
    )


def _read(path: Path) -> dict[str, str]:
    message = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
    body = message.get_body(("plain",))
    return {"to": message["To"], "subject": message["Subject"], "text": body.get_content() if body else ""}
