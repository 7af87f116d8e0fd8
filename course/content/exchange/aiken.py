"""Read Aiken: a question, its options A. to H., and `ANSWER: B`. Source: https://docs.moodle.org/en/Aiken_format."""

import re
from string import ascii_lowercase

from course.content.exchange import markdown_text
from course.content.exchange.report import (
    MAX_QUESTION_CHARACTERS,
    TOO_LONG,
    ImportBuilder,
    Imported,
    NotCarried,
    Note,
    text_of,
)

OPTION = re.compile(r"([A-Z])(?:\)\s*|\.\s+)(.+)")
ANSWER = re.compile(r"ANSWER:\s*(.*)", re.IGNORECASE)
MIN_OPTIONS = 2


def read(data: bytes) -> Imported:
    """Return the questions of the file. Raise UnreadableFile if it is not text.

    A line of text after an option begins a new question, so that a question without an answer spoils no other one.
    """
    reading, lines = ImportBuilder(), list[str]()
    for line in filter(None, map(str.strip, text_of(data).split("\n"))):
        if lines and OPTION.fullmatch(lines[-1]) and not OPTION.fullmatch(line) and not ANSWER.fullmatch(line):
            _add(reading, lines)
            lines = []
        lines.append(line)
        if ANSWER.fullmatch(line):
            _add(reading, lines)
            lines = []
    if lines:
        _add(reading, lines)
    return reading.done()


def _add(reading: ImportBuilder, lines: list[str]) -> None:
    reading.add(f"question {reading.questions + 1}", lambda note: _item(lines, note))


def _item(lines: list[str], note: Note) -> dict[str, object]:  # noqa: ARG001
    if sum(map(len, lines)) > MAX_QUESTION_CHARACTERS:
        raise NotCarried(TOO_LONG)
    if not (answer := ANSWER.fullmatch(lines[-1])):
        raise NotCarried("it has no ANSWER line")
    found = [(line, OPTION.fullmatch(line)) for line in lines[:-1]]
    stem = [line for line, option in found if not option]
    options = [option.groups() for _, option in found if option]
    if not stem:
        raise NotCarried("its question is missing or comes after an option")
    if "".join(letter for letter, _ in options) != ascii_lowercase[: len(options)].upper():
        raise NotCarried("its options are not lettered A, B, C and so on in order")
    if len(options) < MIN_OPTIONS:
        raise NotCarried(f"it has fewer than {MIN_OPTIONS} options")
    key = answer[1].strip().lower()
    if key not in [letter.lower() for letter, _ in options]:
        raise NotCarried(f"its answer {key.upper()} is not one of its options")
    texts = {letter.lower(): markdown_text.plain(text) for letter, text in options}
    return {"stem": markdown_text.plain("\n".join(stem)), "type": "single", "options": texts, "key": key}
