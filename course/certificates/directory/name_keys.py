"""The keys under which the directory finds a name."""

from course.platform.folding import fold, is_part_of_a_word

MAX_WORDS = 8


def key(text: str) -> str:
    """Return the words of the text in small letters without marks: `Éva  O'Neil-Łuc` -> `eva o neil luc`."""
    return " ".join("".join(letter if is_part_of_a_word(letter) else " " for letter in fold(text)).split())


def keys(name: str) -> set[str]:
    """Return the name begun at each of its words, so that any of them finds it: `a b` -> `a b`, `b a`."""
    words = key(name).split()
    return {" ".join(words[start:] + words[:start]) for start in range(min(len(words), MAX_WORDS))} or {""}
