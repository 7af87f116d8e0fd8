"""The forms of an email address: as it is shown, as accounts are compared by it, and as it is delivered to."""

import re
import unicodedata

from email_validator import EmailNotValidError, ValidatedEmail, validate_email

INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")


def tidied(typed: str) -> str:
    """Return what was typed or pasted, without what people and programs put around an address."""
    text = INVISIBLE.sub("", unicodedata.normalize("NFKC", typed)).strip().strip("<>")
    if text.lower().startswith("mailto:"):
        text = text[len("mailto:") :].partition("?")[0]
    return text.strip().rstrip(".,;")


def normalized(typed: str) -> str:
    """Return the address as it is shown and stored: in lower case, with the domain's own letters."""
    text = tidied(typed)
    if (valid := _validated(text)) is None:
        return text.lower()
    return f"{_local(valid)}@{valid.domain}"


def key(typed: str) -> str:
    """Return the form that all spellings of one mailbox share, with the domain as the network writes it."""
    text = tidied(typed)
    if (valid := _validated(text)) is None:
        return text.lower()
    return f"{_local(valid)}@{valid.ascii_domain}"


def with_ascii_domain(address: str) -> str:
    """Return the address as every mail server takes it, unless its first part has other letters than ASCII."""
    valid = _validated(address)
    return address if valid is None else f"{valid.local_part}@{valid.ascii_domain}"


def _validated(text: str) -> ValidatedEmail | None:
    try:
        return validate_email(text, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        return None


def _local(valid: ValidatedEmail) -> str:
    return unicodedata.normalize("NFC", valid.local_part.lower())
