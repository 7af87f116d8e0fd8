"""Compose one message and send it over SMTP, or store it in a folder if no SMTP server is set."""

import ipaddress
import os
import smtplib
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import render_template

from course.platform import clock
from course.platform.jobs import PermanentFailure
from course.platform.mail.addresses import with_ascii_domain
from course.site import site

CLOSED_ACCOUNT_DOMAIN = "closed.invalid"  # reserved by RFC 2606, so that no mail reaches it
TIMEOUT_S = 20
DEFAULT_PORTS = {"smtps": 465, "smtp": 587, "smtp+plain": 25}
SIGN_IN_FAULTS = {530, 534, 535, 538}  # RFC 4954


class MailNotSafe(Exception):
    """The server offers no encryption, so the mail with its links would be sent in plain text."""


def deliver(job_id: int, payload: dict[str, Any]) -> None:
    """Deliver a mail. The job's payload has `to`, `template` and the template's values."""
    if payload["to"].endswith(f"@{CLOSED_ACCOUNT_DOMAIN}"):
        return
    config = site().config
    message = compose(job_id, config.mail_from, **payload)
    if config.smtp_url:
        send(message, config.smtp_url, config.smtp_ca)
    else:
        store(message, config.mails / f"{job_id:09}.eml")


def compose(job_id: int, mail_from: str, *, to: str, template: str, **values: Any) -> EmailMessage:
    """Return the message. The first line of `templates/mail/<template>.txt` is the subject, the rest the text."""
    subject, _, text = render_template(f"mail/{template}.txt", **values).strip().partition("\n")
    message = EmailMessage()
    message["From"] = mail_from
    message["To"] = with_ascii_domain(to)
    message["Date"] = format_datetime(clock.now())
    message["Subject"] = subject.removeprefix("Subject: ").strip()
    # The same job always has the same id, so a mailbox can drop a repeat after a crash.
    message["Message-ID"] = f"<course-job-{job_id}@{parseaddr(mail_from)[1].rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text.strip() + "\n")
    return message


def send(message: EmailMessage, url: str, ca: Path | None = None) -> None:
    """Send the message by the SMTP server at `url`. Raise MailNotSafe, or PermanentFailure if it never will succeed.

    `ca`: a file with the certificates that the server's certificate must lead to, instead of the system's.
    """
    with _connected(url, ca) as server:
        try:
            server.send_message(message)
        except smtplib.SMTPNotSupportedError as error:
            raise PermanentFailure(f"The mail server can't send to {message['To']}: it lacks SMTPUTF8.") from error
        except smtplib.SMTPRecipientsRefused as error:
            _raise_if_permanent(*next(iter(error.recipients.values())))
            raise
        except smtplib.SMTPResponseException as error:
            _raise_if_permanent(error.smtp_code, error.smtp_error)
            raise


@contextmanager
def _connected(url: str, ca: Path | None) -> Iterator[smtplib.SMTP]:
    """Yield a connection on which the message may be sent. It is encrypted unless `url` or the place says otherwise."""
    parts = urlsplit(url)
    host, verified = parts.hostname or "", ssl.create_default_context(cafile=ca)
    port = parts.port or DEFAULT_PORTS[parts.scheme]
    with (
        smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_S, context=verified)
        if parts.scheme == "smtps"
        else smtplib.SMTP(host, port, timeout=TIMEOUT_S)
    ) as server:
        server.ehlo()
        encrypted = parts.scheme == "smtps"
        if parts.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=verified)
            server.ehlo()
            encrypted = True
        if not encrypted and (parts.username or (parts.scheme == "smtp" and not _is_this_machine(host))):
            raise MailNotSafe("The mail server offers no STARTTLS. Use smtps://, or smtp+plain:// without a password.")
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        yield server


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _raise_if_permanent(code: int, text: bytes | str) -> None:
    """Raise PermanentFailure for a refusal of this mail. A fault of the sign-in is the operator's, so it is retried."""
    words = text.decode(errors="replace") if isinstance(text, bytes) else text
    if code >= 500 and code not in SIGN_IN_FAULTS:
        raise PermanentFailure(f"The mail server refused it: {code} {words}")


def store(message: EmailMessage, path: Path) -> None:
    """Write the message to a file."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent)
    with os.fdopen(handle, "wb") as file:
        file.write(message.as_bytes())
    os.replace(draft, path)  # noqa: PTH105 - the whole file appears at once
