"""Six-digit codes of an authenticator app (RFC 6238). A code is valid for 30 seconds, and half a minute around it."""

import io
from datetime import datetime

import pyotp
import segno

DIGITS = 6
ALLOWED_DRIFT = 1  # clocks of phones are off; the code before and the one after are accepted


def new_secret() -> str:
    """Return a random secret of 160 bits in base 32."""
    return pyotp.random_base32()


def counter_of(secret: str, code: str, now: datetime, *, after: int) -> int | None:
    """Return the counter of the code, or None if it is wrong. A counter up to `after` was used already."""
    totp = pyotp.TOTP(secret, digits=DIGITS)
    current = totp.timecode(now)
    given = tidy(code)
    for counter in range(max(current - ALLOWED_DRIFT, after + 1), current + ALLOWED_DRIFT + 1):
        if pyotp.utils.strings_equal(given, totp.generate_otp(counter)):
            return counter
    return None


def tidy(code: str) -> str:
    """Return the code without the spaces that apps show in it."""
    return "".join(code.split())


def is_shaped(typed: str) -> bool:
    """Return whether the text can be a code of an app."""
    code = tidy(typed)
    return len(code) == DIGITS and code.isascii() and code.isdigit()


def address(secret: str, email: str, issuer: str) -> str:
    """Return the otpauth: address that an authenticator app reads from the QR code."""
    return pyotp.TOTP(secret, digits=DIGITS).provisioning_uri(name=email, issuer_name=issuer)


def qr_svg(text: str) -> str:
    """Return a QR code as an SVG element, black on white in both color schemes, because cameras expect that."""
    out = io.BytesIO()
    segno.make(text, error="m").save(
        out, kind="svg", xmldecl=False, svgns=False, scale=4, light="#fff", omitsize=True, title="QR code"
    )
    return out.getvalue().decode()


def in_groups(secret: str) -> str:
    """Return the secret in groups of four, as people type it."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
