"""Tags for fields that other formats have no place for, such as `objective:landmarks` or `reference:R56`."""

import re
from collections.abc import Iterable
from typing import Any

from course.content.exchange.report import NotCarried, Note
from course.content.items.base import Item

SINGLE = ("objective", "level", "difficulty", "section", "case", "calculator", "must_pass")
LISTS = {"reference": "references", "enemy": "enemies"}
MAX_TAG_CHARACTERS = 50  # that Moodle keeps (TAG_MAX_LENGTH in lib/moodlelib.php)
MAX_TAGS = 200
NUMBERS = ("difficulty", "decimals")
FLAGS: dict[str, Any] = {"true": True, "false": False}


def of(item: Item, note: Note, **more: str) -> list[str]:
    """Return the tags of an item. `more` are fields of its type that the format has no place for.

    Raise NotCarried for a parametric item.
    """
    require_fixed(item)
    if item.sources:
        note("its own sources")
    fields = {name: getattr(item, name) for name in SINGLE} | more
    tags = [f"{name}:{'true' if value is True else value}" for name, value in fields.items() if value]
    tags += [f"{name}:{value}" for name, field in LISTS.items() for value in getattr(item, field)]
    for tag in tags:
        if len(tag) > MAX_TAG_CHARACTERS:
            note(f"Moodle cuts the tag {tag} at {MAX_TAG_CHARACTERS} characters")
    return tags


def require_fixed(item: Item) -> None:
    """Raise NotCarried for a parametric item."""
    if item.parameters or item.values:
        raise NotCarried("its numbers differ from learner to learner, which the format can't express")


def fields(tags: Iterable[str], note: Note, more: Iterable[str] = ()) -> dict[str, Any]:
    """Return the fields that the tags hold. `more` are further names that are accepted; any other tag is noted."""
    found: dict[str, Any] = {}
    for count, tag in enumerate(tags, start=1):
        if count > MAX_TAGS:
            raise NotCarried(f"it has more than {MAX_TAGS} tags")
        name, _, value = tag.partition(":")
        if name in LISTS and value:
            found[LISTS[name]] = [*found.get(LISTS[name], ()), value]
        elif name in (*SINGLE, *more) and value and name not in found:
            found[name] = read(name, value)
        else:
            note(f"the tag {tag}")
    return found


def read(name: str, value: str) -> Any:
    """Return the value of a number or flag field, or the text unchanged if it is neither."""
    if name in NUMBERS:
        return int(value) if re.fullmatch(r"\d{1,3}", value) else value
    return FLAGS.get(value.lower(), value) if name in ("must_pass", "calculator") else value
