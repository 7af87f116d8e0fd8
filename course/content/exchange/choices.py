"""Letters of options and numbers of prompts, which other formats don't keep."""

from collections.abc import Sequence
from string import ascii_lowercase
from typing import Any

from course.content.exchange.report import NotCarried, Note
from course.content.items.matching import MatchingItem
from course.content.items.options import LetteredOptions

MAX_OPTIONS = len(ascii_lowercase)  # also of prompts, pairs and steps
NAMES = ("letters", "prompts")  # tags for letters that are not a, b, c … and numbers that are not 1, 2, 3 …


def require_few(count: int) -> None:
    """Raise NotCarried for more options than have a letter, before any of them is read."""
    if count > MAX_OPTIONS:
        raise NotCarried(f"it has {count} options or prompts, and at most {MAX_OPTIONS} are possible")


def tags_of(item: LetteredOptions) -> dict[str, str]:
    """Return a tag with the letters, if they are not the usual ones."""
    return _unusual("letters", "".join(item.by_id), ascii_lowercase)


def lettered(count: int, tagged: dict[str, Any], note: Note) -> str:
    """Return a letter for each of `count` options: those of the tag if it fits, else a, b, c …"""
    return _labels("letters", count, ascii_lowercase, tagged, note)


def pairs(item: MatchingItem) -> tuple[list[tuple[str, str]], dict[str, str]]:
    """Return (prompt, option) pairs and tags. An option that fits no prompt has an empty prompt.

    Raise NotCarried if the options could not be restored from the pairs.
    """
    if len(set(item.by_id.values())) < len(item.by_id) or list(item.by_id) != sorted(item.by_id):
        raise NotCarried("its options are not in alphabetical order of their letters, or two of them are the same")
    used = list(dict.fromkeys(item.key[prompt] for prompt in item.asked))
    spare = [letter for letter in item.by_id if letter not in used]
    tags = _unusual("letters", "".join(used + spare), ascii_lowercase)
    tags |= _unusual("prompts", "".join(item.asked), "123456789")
    found = [(text, item.by_id[item.key[prompt]]) for prompt, text in item.asked.items()]
    return found + [("", item.by_id[letter]) for letter in spare], tags


def matching(given: Sequence[tuple[str, str]], tagged: dict[str, Any], note: Note) -> dict[str, Any]:
    """Return the fields of a matching item with these pairs. Equal options become one.

    Raise NotCarried if a pair has no option or no pair has a prompt.
    """
    asked = [(prompt, option) for prompt, option in given if prompt]
    options = list(dict.fromkeys(option for _, option in given))
    if not asked or not all(options):
        raise NotCarried("a pair has no option, or there is no prompt")
    letters = dict(zip(options, lettered(len(options), tagged, note), strict=True))
    numbers = _labels("prompts", len(asked), "123456789", tagged, note)
    return {
        "prompts": {number: prompt for number, (prompt, _) in zip(numbers, asked, strict=True)},
        "options": {letter: option for option, letter in sorted(letters.items(), key=lambda one: one[1])},
        "key": {number: letters[option] for number, (_, option) in zip(numbers, asked, strict=True)},
    }


def _unusual(name: str, labels: str, usual: str) -> dict[str, str]:
    return {} if usual.startswith(labels) else {name: labels}


def _labels(name: str, count: int, usual: str, tagged: dict[str, Any], note: Note) -> str:
    if count > len(usual):
        raise NotCarried(f"it has {count} options or prompts, and at most {len(usual)} are possible")
    if labels := tagged.pop(name, None):
        if len(labels) == count == len(set(labels)) and set(labels) <= set(usual):
            return str(labels)
        note(f"the tag {name}:{labels}, which does not fit its {count} options")
    return usual[:count]
