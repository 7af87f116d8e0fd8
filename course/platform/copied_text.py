"""Text that people copy and paste: what they see, without what word processors, mails and phones put into it."""

import string
import unicodedata

INVISIBLE = {"Cf", "Mn", "Me", "Cc"}  # zero-width characters, soft hyphens, variation selectors, control characters
DASHES = {"\N{MINUS SIGN}", "\N{HYPHEN BULLET}", "\N{MODIFIER LETTER MINUS SIGN}"}  # and all of category Pd
TOKEN_CHARACTERS = frozenset(string.ascii_letters + string.digits + "_-")


def plain(text: str) -> str:
    """Return the text with plain letters and digits, `-` for any dash, single spaces, and nothing invisible."""
    return " ".join("".join(map(_plain_letter, text)).split())


def _plain_letter(letter: str) -> str:
    category = unicodedata.category(letter)
    if category == "Pd" or letter in DASHES:
        return "-"
    if letter.isspace():
        return " "
    if category in INVISIBLE:
        return ""
    return unicodedata.normalize("NFKC", letter) if category[0] in "LN" else letter


def token(text: str) -> str:
    """Return the secret code of a link without the punctuation that a sentence or a mail put around it."""
    begun = plain(text)
    first = next((n for n, letter in enumerate(begun) if letter in TOKEN_CHARACTERS), len(begun))
    return without_end(begun[first:])


def without_end(text: str) -> str:
    """Return the text without the punctuation at its end.

    A regular expression would look for the end from each of the characters, and take minutes for a long address.
    """
    end = len(text)
    while end and text[end - 1] not in TOKEN_CHARACTERS:
        end -= 1
    return text[:end]
