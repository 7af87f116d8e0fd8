"""Decides what of a form may be kept, and what of it is shown in words."""

from collections.abc import Iterable
from uuid import UUID

MAX_CHARACTERS = 100_000
SECRETS = frozenset({"csrf_token", "secret", "credential", "code"})  # besides every password

Fields = list[tuple[str, str]]


def is_secret(name: str) -> bool:
    return name in SECRETS or "password" in name.lower()


def to_keep(sent: Iterable[tuple[str, str]]) -> Fields | None:
    """Return the fields without secrets, or None if they are too long to keep."""
    fields = [(name, value) for name, value in sent if not is_secret(name)]
    return fields if sum(len(name) + len(value) for name, value in fields) <= MAX_CHARACTERS else None


def in_words(fields: Fields) -> Fields:
    """Return what a person recognizes: names as words, without empty values and codes."""
    return [(_words(name), value) for name, value in fields if value.strip() and not _is_code(value)]


def _words(name: str) -> str:
    return name.replace("_", " ").replace("-", " ").capitalize()


def _is_code(value: str) -> bool:
    """Return whether the value is one that a page made: a UUID or a digest."""
    try:
        UUID(value)
    except ValueError:
        return len(value) == 64 and value.isalnum()
    return True
