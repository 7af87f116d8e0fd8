"""The settings, as one frozen object that is read from the environment and passed to `create_app`.

Every setting is optional. A bad value raises BadSetting with one sentence that names the setting.
"""

import os
import secrets
import ssl
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from course.platform.files import make_private, open_to_others, replace, write_once

ROOT = Path(__file__).resolve().parents[2]
OWN_FILES = {"course.db", "secret_key", "counts.db", "keys", "mail"}  # a folder with one of them is ours
SECRET_SETTINGS = (
    "DATABASE_URL",
    "SECRET_KEY",
    "SMTP_URL",
    "QUEUE_URL",
    "BOARD_UPLOAD_KEY",
    "PDF_P12_PASSWORD",
    "OIDC_CLIENT_SECRET",
)
MIN_SECRET_KEY = 32


class BadSetting(Exception):
    """A setting is wrong. The message is a sentence for the person who starts the program."""


@dataclass(frozen=True, kw_only=True)
class OpenIDSettings:
    """The provider for single sign-on. `name` is what people call it."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str


@dataclass(frozen=True, kw_only=True)
class Config:
    data: Path
    database: str
    host: str
    port: int
    public_url: str
    secret_keys: tuple[str, ...] = field(repr=False)
    smtp_url: str
    mail_from: str
    queue_url: str
    board_upload_key: str
    oidc: OpenIDSettings | None = None
    trusted_proxies: int = 0
    upload_limit_gb: int = 20
    access_log: bool = False
    smtp_ca: Path | None = None
    pdf_p12: Path | None = None
    pdf_p12_password: str = field(default="", repr=False)
    modules: Path = ROOT / "modules"
    quizzes: Path = ROOT / "quizzes"

    @property
    def secret_key(self) -> str:
        """Return the key that signs. The other keys still verify what they signed."""
        return self.secret_keys[0]

    @property
    def base_url(self) -> str:
        """Return the site's address for links in mails and certificates, without a final slash."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104 - compared, not bound
        return self.public_url or f"http://{host}:{self.port}"

    @property
    def mails(self) -> Path:
        """Return the folder that stores mails if no mail server is set."""
        return self.data / "mail"

    @property
    def warnings(self) -> list[str]:
        """Return what is probably not meant that way, as sentences for the person who starts the program."""
        if self.public_url and not self.trusted_proxies:
            return [
                "PUBLIC_URL is set and TRUSTED_PROXIES is 0. Behind a proxy all visitors then count as one, and one of "
                "them can use up the limits for all: set TRUSTED_PROXIES to the number of proxies."
            ]
        return []

    @classmethod
    def from_environ(cls, env: Mapping[str, str]) -> Self:
        env = _with_files(env)
        data = _data_folder(env)
        return cls(
            data=data,
            database=_database(env, data),
            host=env.get("HOST") or "127.0.0.1",
            port=_port(env),
            public_url=_public_url(env),
            smtp_url=_smtp_url(env),
            smtp_ca=_smtp_ca(env),
            access_log=_access_log(env),
            mail_from=_mail_from(env),
            board_upload_key=env.get("BOARD_UPLOAD_KEY", "").strip(),
            queue_url=_url(env, "QUEUE_URL", {"redis", "rediss"}, "redis://queue.example.org:6379/0"),
            oidc=_oidc(env),
            trusted_proxies=_trusted_proxies(env),
            upload_limit_gb=_upload_limit(env),
            pdf_p12=Path(env["PDF_P12"]).expanduser().absolute() if env.get("PDF_P12") else None,
            pdf_p12_password=env.get("PDF_P12_PASSWORD", ""),
            secret_keys=_secret_keys(env, data),  # last, because it may write a file
        )


def _data_folder(env: Mapping[str, str]) -> Path:
    folder = Path(env.get("COURSE_DATA") or ROOT / "instance").expanduser().absolute()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise BadSetting(f"COURSE_DATA: {folder} can't be created or is not a folder ({error.strerror}).") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise BadSetting(f"COURSE_DATA: {folder} can't be written to.")
    _keep_private(folder)
    return folder


def _keep_private(folder: Path) -> None:
    """Close a folder of ours that others can read. Raise BadSetting for one in which others may have put files."""
    if not open_to_others(folder):
        return
    mode, holds = folder.stat().st_mode, {path.name for path in folder.iterdir()}
    advice = f"Check what is in it, run chmod 700 {folder}, then start again."
    if mode & stat.S_ISVTX or (holds and not holds & OWN_FILES):
        raise BadSetting(f"COURSE_DATA: {folder} is shared with other users. Set a folder that holds nothing else.")
    if mode & 0o022 and holds:
        raise BadSetting(f"COURSE_DATA: other users of this machine can write to {folder}. {advice}")
    if (folder / "secret_key").exists() and open_to_others(folder / "secret_key"):
        raise BadSetting(f"COURSE_DATA: {folder / 'secret_key'} can be read by other users. {advice}")
    try:
        make_private(folder)
    except OSError as error:
        raise BadSetting(f"COURSE_DATA: other users can read {folder} ({error.strerror}). {advice}") from None


def _database(env: Mapping[str, str], data: Path) -> str:
    given = env.get("DATABASE_URL")
    if not given:
        return f"sqlite:///{data / 'course.db'}"
    try:
        url = make_url(given)
    except ArgumentError:
        raise BadSetting("DATABASE_URL: not an address such as postgresql://user@host/database.") from None
    if url.drivername in {"postgres", "postgresql"}:
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername not in {"sqlite", "postgresql+psycopg"}:
        raise BadSetting(f"DATABASE_URL: {url.drivername} is not supported; use postgresql:// or sqlite:///.")
    if url.drivername == "sqlite" and url.database in {None, "", ":memory:"}:
        raise BadSetting("DATABASE_URL: SQLite needs a file, as in sqlite:////var/lib/course/course.db.")
    return url.render_as_string(hide_password=False)


def _port(env: Mapping[str, str]) -> int:
    given = env.get("PORT") or "8000"
    if not given.isascii() or not given.isdigit() or not 1 <= int(given) <= 65535:
        raise BadSetting(f"PORT: {given!r} is not a number from 1 to 65535.")
    return int(given)


def _access_log(env: Mapping[str, str]) -> bool:
    given = env.get("ACCESS_LOG") or "0"
    if given not in {"0", "1"}:
        raise BadSetting(f"ACCESS_LOG: {given!r} is neither 0 nor 1.")
    return given == "1"


def _trusted_proxies(env: Mapping[str, str]) -> int:
    given = env.get("TRUSTED_PROXIES") or "0"
    if given not in set("0123456789"):
        raise BadSetting(f"TRUSTED_PROXIES: {given!r} is not a number of proxies from 0 to 9.")
    return int(given)


def _upload_limit(env: Mapping[str, str]) -> int:
    given = env.get("UPLOAD_LIMIT_GB") or "20"
    if not (given.isascii() and given.isdigit() and len(given) <= 5 and int(given)):
        raise BadSetting(f"UPLOAD_LIMIT_GB: {given!r} is not a number of gigabytes from 1 to 99999.")
    return int(given)


def _public_url(env: Mapping[str, str]) -> str:
    given = env.get("PUBLIC_URL", "").rstrip("/")
    parts = urlsplit(given)
    if given and (parts.scheme not in {"http", "https"} or not parts.netloc or parts.path or parts.query):
        raise BadSetting(f"PUBLIC_URL: {given!r} is not an address such as https://learn.example.org.")
    return given


def _url(env: Mapping[str, str], name: str, schemes: set[str], example: str) -> str:
    given = env.get(name, "")
    try:
        parts = urlsplit(given)
        usable = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if given and not usable:
        raise BadSetting(f"{name}: not an address such as {example}.")
    return given


def _smtp_url(env: Mapping[str, str]) -> str:
    given = _url(env, "SMTP_URL", {"smtp", "smtps", "smtp+plain"}, "smtp://user:password@mail.example.org:587")
    parts = urlsplit(given)
    if parts.scheme == "smtp+plain" and parts.username:
        raise BadSetting("SMTP_URL: smtp+plain:// would send the password unencrypted; use smtp:// or smtps://.")
    return given


def _smtp_ca(env: Mapping[str, str]) -> Path | None:
    """Return the file with the certificates of a private authority, which signed the mail server's certificate."""
    if not env.get("SMTP_CA"):
        return None
    path = Path(env["SMTP_CA"]).expanduser().absolute()
    try:
        ssl.create_default_context(cafile=path)
    except OSError as error:  # also an SSLError
        raise BadSetting(f"SMTP_CA: {path} has no certificates in PEM form ({error.strerror or error}).") from None
    return path


def _oidc(env: Mapping[str, str]) -> OpenIDSettings | None:
    issuer = env.get("OIDC_ISSUER", "").strip()
    client_id, client_secret = env.get("OIDC_CLIENT_ID", "").strip(), env.get("OIDC_CLIENT_SECRET", "").strip()
    if not issuer:
        if client_id or client_secret:
            raise BadSetting("OIDC_ISSUER: missing; it is needed with OIDC_CLIENT_ID and OIDC_CLIENT_SECRET.")
        return None
    parts = urlsplit(_url(env, "OIDC_ISSUER", {"https", "http"}, "https://login.example.org"))
    if parts.scheme == "http" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
        raise BadSetting("OIDC_ISSUER: use https://; http:// is only for a provider on this machine.")
    if parts.query or parts.fragment:
        raise BadSetting("OIDC_ISSUER: an issuer has no ? and no #; leave out everything from there on.")
    for name, value in (("OIDC_CLIENT_ID", client_id), ("OIDC_CLIENT_SECRET", client_secret)):
        if not value:
            raise BadSetting(f"{name}: missing; your provider gives it to you when you register this site.")
    name = env.get("OIDC_NAME", "").strip() or (parts.hostname or "")
    return OpenIDSettings(issuer=issuer, client_id=client_id, client_secret=client_secret, name=name)


def _mail_from(env: Mapping[str, str]) -> str:
    given = env.get("MAIL_FROM") or "Dry Needling CE <no-reply@localhost>"
    if "@" not in parseaddr(given)[1] or "\n" in given or "\r" in given:
        raise BadSetting(f"MAIL_FROM: {given!r} is not a sender such as Courses <courses@example.org>.")
    return given


def _secret_keys(env: Mapping[str, str], data: Path) -> tuple[str, ...]:
    """Return the keys, newest first."""
    given = env.get("SECRET_KEY", "").split() if "SECRET_KEY" in env else None
    if given is None:
        kept = data / "secret_key"
        if not kept.exists():
            write_once(kept, secrets.token_urlsafe(48).encode())
        if open_to_others(kept):
            raise BadSetting(f"COURSE_DATA: {kept} can be read by other users; run chmod 600 on it, then start again.")
        given = kept.read_text().split()
    if not given or any(len(key) < MIN_SECRET_KEY for key in given):
        raise BadSetting("SECRET_KEY: shorter than 32 characters; leave it out to have one created and stored.")
    return tuple(given)


def add_secret_key(data: Path) -> None:
    """Add a secret key, which signs from the next start."""
    kept = data / "secret_key"
    replace(kept, "\n".join([secrets.token_urlsafe(48), *kept.read_text().split()]).encode())


def _with_files(env: Mapping[str, str]) -> dict[str, str]:
    """Return the settings with secrets read from the files that NAME_FILE names, as container platforms offer them."""
    found = dict(env)
    for name in SECRET_SETTINGS:
        if path := env.get(f"{name}_FILE"):
            if env.get(name):
                raise BadSetting(f"{name}: set either {name} or {name}_FILE.")
            try:
                found[name] = Path(path).expanduser().read_text().strip()
            except (OSError, UnicodeDecodeError):
                raise BadSetting(f"{name}_FILE: {path} can't be read.") from None
    return found
