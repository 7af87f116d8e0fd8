"""The keys under which the directory finds a name."""

import unicodedata

MAX_WORDS = 8
LETTERS_WITHOUT_MARKS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i", "ŋ": "n", "ħ": "h"}
)


def key(text: str) -> str:
    """Return the words of the text in small letters without marks: `Éva  O'Neil-Łuc` -> `eva o neil luc`."""
    bare = "".join(
        letter
        for letter in unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
        if unicodedata.category(letter) != "Mn"
    ).translate(LETTERS_WITHOUT_MARKS)
    return " ".join("".join(letter if _is_part_of_a_word(letter) else " " for letter in bare).split())


def keys(name: str) -> set[str]:
    """Return the name begun at each of its words, so that any of them finds it: `a b` -> `a b`, `b a`."""
    words = key(name).split()
    return {" ".join(words[start:] + words[:start]) for start in range(min(len(words), MAX_WORDS))} or {""}


def _is_part_of_a_word(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LMN"
