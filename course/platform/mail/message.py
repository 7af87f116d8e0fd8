"""Compose one message and send it over SMTP, or store it in a folder if no SMTP server is set."""

import os
import smtplib
import tempfile
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import render_template

from course.site import site

CLOSED_ACCOUNT_DOMAIN = "closed.invalid"  # reserved by RFC 2606, so that no mail reaches it


class MailNotSafe(Exception):
    """The server offers no encryption, so the password would be sent in plain text."""


def deliver(job_id: int, payload: dict[str, Any]) -> None:
    """Deliver a mail. The job's payload has `to`, `template` and the template's values."""
    if payload["to"].endswith(f"@{CLOSED_ACCOUNT_DOMAIN}"):
        return
    config = site().config
    message = compose(job_id, config.mail_from, **payload)
    if config.smtp_url:
        send(message, config.smtp_url)
    else:
        store(message, config.mails / f"{job_id:09}.eml")


def compose(job_id: int, mail_from: str, *, to: str, template: str, **values: Any) -> EmailMessage:
    """Return the message. The first line of `templates/mail/<template>.txt` is the subject, the rest the text."""
    subject, _, text = render_template(f"mail/{template}.txt", **values).strip().partition("\n")
    message = EmailMessage()
    message["From"] = mail_from
    message["To"] = to
    message["Subject"] = subject.removeprefix("Subject: ").strip()
    # The same job always has the same id, so a mailbox can drop a repeat after a crash.
    message["Message-ID"] = f"<course-job-{job_id}@{parseaddr(mail_from)[1].rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text.strip() + "\n")
    return message


def send(message: EmailMessage, url: str) -> None:
    """Send the message by the SMTP server at `url`. Raise MailNotSafe."""
    parts = urlsplit(url)
    kind = smtplib.SMTP_SSL if parts.scheme == "smtps" else smtplib.SMTP
    port = parts.port or (465 if parts.scheme == "smtps" else 587)
    with kind(parts.hostname or "", port, timeout=20) as server:
        server.ehlo()
        encrypted = parts.scheme == "smtps"
        if not encrypted and server.has_extn("starttls"):
            server.starttls()
            server.ehlo()
            encrypted = True
        if parts.username:
            if not encrypted:
                raise MailNotSafe("SMTP_URL has a password, but the server offers no STARTTLS; use smtps://")
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(message)


def store(message: EmailMessage, path: Path) -> None:
    """Write the message to a file."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(message.as_bytes())
    os.replace(draft, path)  # noqa: PTH105 - the whole file appears at once
