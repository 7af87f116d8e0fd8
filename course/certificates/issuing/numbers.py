"""Certificate numbers: 80 random bits in Crockford's base 32, easy to read aloud and to type.

`find` finds them in whatever people paste: an address, a sentence, a file name, a line from a word processor.
"""

import html
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from urllib.parse import unquote

from course.platform import copied_text

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ALPHABET_SET = frozenset(ALPHABET)
READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0"})
GROUP = 4
LENGTH = 16
RANDOM_BYTES = 10
MAX_TEXT = 2_000  # characters that are looked at
MAX_READINGS = 20  # that are looked up
MAX_GAP = 5  # characters between two parts of a number, such as a dash, a line break and the `> ` of a quoted mail
WORD = re.compile(r"[^\W_]+")
_GROUP = "[0-9A-TV-Z]{4}"
PRINTED = re.compile(rf"(?<![^\W_]){_GROUP}(?: ?-+ ?{_GROUP}){{3,}}(?![^\W_])")


@dataclass(frozen=True)
class Found:
    """The numbers in a text. `places`: one entry for each number in its printed form, with its possible readings.

    There are several readings where the text has more than four groups, as in the file name `scan-7K2M-9QWX-…`.
    `guesses`: what may be a number in another form, likeliest first.
    """

    places: tuple[tuple[str, ...], ...]
    guesses: tuple[str, ...]

    @property
    def readings(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(chain(*self.places, self.guesses)))[:MAX_READINGS]

    def meant(self, issued: Collection[str]) -> tuple[str, ...]:
        """Return the numbers that the text is about, if of its readings these were issued.

        A number in its printed form counts although it was not issued. Anything else counts only if nothing better is
        there, because an address or a sentence may have sixteen such letters by chance.
        """
        known = [reading for reading in self.readings if reading in issued]
        unknown = [place[0] for place in self.places if not any(reading in issued for reading in place)]
        return tuple(dict.fromkeys(known + unknown)) or self.readings[:1]


def code_from(randomness: bytes) -> str:
    """Return a code `XXXX-XXXX-XXXX-XXXX` for the random bytes. It reveals nothing about person, course or date."""
    if len(randomness) != RANDOM_BYTES:
        raise ValueError(f"a code is made from {RANDOM_BYTES} random bytes")
    number = int.from_bytes(randomness)
    digits = [ALPHABET[number >> 5 * place & 31] for place in reversed(range(LENGTH))]
    return _printed("".join(digits))


def is_printed_form(text: str) -> bool:
    groups = text.split("-")
    return [len(group) for group in groups] == [GROUP] * GROUP and ALPHABET_SET.issuperset("".join(groups))


def find(text: str) -> Found:
    """Return the certificate numbers in the text, as they are printed."""
    text = copied_text.plain(_decoded(text[:MAX_TEXT])[:MAX_TEXT]).upper()[:MAX_TEXT]  # some letters become many
    places = [_groupings(match.group()) for match in PRINTED.finditer(text)]
    guesses = sorted(chain.from_iterable(map(_guesses, PRINTED.split(text))))  # by likelihood
    return Found(tuple(places), tuple(dict.fromkeys(number for _, number in guesses)))


def _decoded(text: str) -> str:
    """Return the text without the escapes of an address or of HTML. An address in another one is escaped twice."""
    for _ in range(3):
        text = unquote(text)
    return html.unescape(text)


def _groupings(run: str) -> tuple[str, ...]:
    """Return each four neighbors in a run of groups as a number."""
    groups = [group.translate(READ_AS) for group in WORD.findall(run)]
    return tuple("-".join(groups[start : start + GROUP]) for start in range(len(groups) - GROUP + 1))


def _guesses(text: str) -> Iterator[tuple[int, str]]:
    """Yield (unlikelihood, number) of neighboring words that together have sixteen letters of the alphabet."""
    words = list(WORD.finditer(text))
    gaps = [other.start() - one.end() for one, other in pairwise(words)]
    for first in range(len(words)):
        last, length = first, len(words[first].group())
        while length < LENGTH and last < len(gaps) and gaps[last] <= MAX_GAP:
            last += 1
            length += len(words[last].group())
        letters = "".join(word.group() for word in words[first : last + 1]).translate(READ_AS)
        if len(letters) == LENGTH and ALPHABET_SET.issuperset(letters):
            yield _unlikelihood(words[first : last + 1]), _printed(letters)


def _unlikelihood(words: Sequence[re.Match[str]]) -> int:
    gaps = [words[0].string[one.end() : other.start()] for one, other in pairwise(words)]
    if any(gap.strip(" -") for gap in gaps):
        return 3
    if not gaps:
        return 0
    return 1 if all(len(word.group()) == GROUP for word in words) else 2


def _printed(digits: str) -> str:
    return "-".join(digits[start : start + GROUP] for start in range(0, LENGTH, GROUP))
