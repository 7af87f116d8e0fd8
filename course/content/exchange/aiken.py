"""Read Aiken: a question, its options A. to H., and `ANSWER: B`. Source: https://docs.moodle.org/en/Aiken_format."""

import re
from string import ascii_lowercase

from course.content.exchange import markdown_text
from course.content.exchange.report import ImportBuilder, Imported, NotCarried, Note, text_of

OPTION = re.compile(r"([A-Z])[.)]\s+(.+)")
ANSWER = re.compile(r"ANSWER:\s*([A-Z])\s*", re.IGNORECASE)


def read(data: bytes) -> Imported:
    """Return the questions of the file. Raise UnreadableFile if it is not text."""
    reading, lines, number = ImportBuilder(), list[str](), 0
    for line in filter(None, map(str.strip, text_of(data).split("\n"))):
        lines.append(line)
        if ANSWER.fullmatch(line):
            number += 1
            reading.add(f"question {number}", lambda note, lines=lines: _item(lines, note))  # type: ignore[misc]
            lines = []
    if lines:
        reading.add(f"question {number + 1}", _unanswered)
    return reading.done()


def _unanswered(note: Note) -> dict[str, object]:  # noqa: ARG001
    raise NotCarried("it has no ANSWER line")


def _item(lines: list[str], note: Note) -> dict[str, object]:  # noqa: ARG001
    found = [(line, OPTION.fullmatch(line)) for line in lines[:-1]]
    stem = [line for line, option in found if not option]
    options = [option.groups() for _, option in found if option]
    if not stem or [line for line, option in found[: len(stem)] if option]:
        raise NotCarried("its question is missing or comes after an option")
    if "".join(letter for letter, _ in options) != ascii_lowercase[: len(options)].upper():
        raise NotCarried("its options are not lettered A, B, C and so on in order")
    key = lines[-1].rpartition(":")[2].strip().lower()
    if key not in [letter.lower() for letter, _ in options]:
        raise NotCarried(f"its answer {key.upper()} is not one of its options")
    texts = {letter.lower(): markdown_text.plain(text) for letter, text in options}
    return {"stem": markdown_text.plain("\n".join(stem)), "type": "single", "options": texts, "key": key}
