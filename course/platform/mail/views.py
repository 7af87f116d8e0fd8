"""The local mailbox shows stored mails to the browser that opened it with the link that `./run` printed."""

import hashlib
import hmac
from email import policy
from email.parser import BytesParser
from pathlib import Path

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from course.platform import jobs
from course.platform.access import public
from course.platform.web import NotFound
from course.site import site

bp = Blueprint("mail", __name__)
MAX_LISTED_MAILS = 50
COOKIE = "mailbox"


def local_mailbox() -> str | None:
    """Return the mailbox's address if this browser has opened it. An address proves nothing: a proxy is local, too."""
    is_open = site().mailbox and hmac.compare_digest(request.cookies.get(COOKIE, "").encode(), _token().encode())
    return url_for("mail.mailbox") if is_open else None


def way_in() -> str | None:
    """Return the path that opens the mailbox, to be printed on the terminal; None if the site has no mailbox."""
    return f"/mailbox/{_token()}" if site().mailbox else None


def _token() -> str:
    """Return the same token in all processes and after a restart."""
    return hmac.new(site().config.secret_key.encode(), b"local mailbox", hashlib.sha256).hexdigest()[:40]


@bp.get("/mailbox/<token>")
@public
def open_mailbox(token: str) -> ResponseReturnValue:
    if site().mailbox is None or not hmac.compare_digest(token.encode(), _token().encode()):
        raise NotFound
    response = redirect(url_for("mail.mailbox"), 303)
    response.set_cookie(COOKIE, token, httponly=True, samesite="Lax")
    return response


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
