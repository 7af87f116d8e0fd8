"""Text that people copy and paste: what they see, without what word processors, mails and phones put into it."""

import re
import unicodedata

INVISIBLE = {"Cf", "Mn", "Me", "Cc"}  # zero-width characters, soft hyphens, variation selectors, control characters
DASHES = {"\N{MINUS SIGN}", "\N{HYPHEN BULLET}", "\N{MODIFIER LETTER MINUS SIGN}"}  # and all of category Pd
AROUND_TOKEN = re.compile(r"^[^A-Za-z0-9_-]+|[^A-Za-z0-9_-]+$")


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
    return AROUND_TOKEN.sub("", plain(text))
