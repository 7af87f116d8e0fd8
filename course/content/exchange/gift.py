"""Read and write GIFT: multiple choice with one or several correct answers, matching, and numeric questions.

Sources: https://docs.moodle.org/en/GIFT_format and the reader and writer that define it,
https://github.com/moodle/moodle/blob/main/question/format/gift/format.php. `[id:…]` and `[tag:…]` are in a comment
before the question.
"""

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from course.content.exchange import choices, markdown_text, numbers, partial_credit, tags
from course.content.exchange.report import (
    MAX_QUESTION_CHARACTERS,
    TOO_LONG,
    Exported,
    ImportBuilder,
    Imported,
    NotCarried,
    Note,
    export_each,
    text_of,
)
from course.content.items.base import Item
from course.content.items.matching import MatchingItem
from course.content.items.multiple import MultipleItem
from course.content.items.numeric import NumericItem
from course.content.items.single import SingleItem
from course.content.schema.bank import Bank

Fields = dict[str, Any]
MORE_TAGS = (*choices.NAMES, *numbers.NAMES, "unit")
SPECIAL = "\\~=#{}:\n"  # escaped with a backslash, a line break as \n
# Escaped characters are replaced by control characters while a question is split, and restored afterward.
PLACEHOLDERS = {character: chr(n) for n, character in enumerate(SPECIAL, start=1)}
RESTORED = {placeholder: character for character, placeholder in PLACEHOLDERS.items()}
ID = re.compile(r"\[id:((?:\\\]|[^\]]){1,500})\]")
TAG = re.compile(r"\[tag:((?:\\\]|[^\]]){1,500})\]")
FORMAT = re.compile(r"\[(markdown|html|plain|moodle)\]")
WEIGHT = re.compile(r"%(-?\d+\.?\d*)%")


def write(bank: Bank) -> Exported:
    """Return the bank as a GIFT file."""
    questions, left_out = export_each(bank, _question)
    return Exported("\n".join(questions).encode(), left_out)


def _question(item: Item, note: Note) -> str:
    if type(item) not in WRITERS:
        raise NotCarried(f"GIFT has no questions of the type {item.type}")
    body, more = WRITERS[type(item)](item, note)
    marks = "".join(f" [tag:{tag.replace(']', chr(92) + ']')}]" for tag in tags.of(item, note, **more))
    stem = _escaped(markdown_text.with_vignette(item))
    rationale = f"\t####{_marked(item.rationale)}\n"
    return f"// [id:{item.id}]{marks}\n::{item.id}::[markdown]{stem}{{{body}{rationale}}}\n"


def _escaped(text: str) -> str:
    return "".join(f"\\{'n' if c == chr(10) else c}" if c in SPECIAL else c for c in text)


def _marked(text: str) -> str:
    """Return the escaped text, with its format if it would otherwise be read as a format or a weight."""
    return f"[markdown]{_escaped(text)}" if text.startswith(("[", "%")) else _escaped(text)


def _write_single(item: SingleItem, note: Note) -> tuple[str, dict[str, str]]:  # noqa: ARG001
    lines = [f"\t{'=' if letter in item.key else '~'}{_marked(text)}\n" for letter, text in item.by_id.items()]
    return "\n" + "".join(lines), choices.tags_of(item)


def _write_multiple(item: MultipleItem, note: Note) -> tuple[str, dict[str, str]]:  # noqa: ARG001
    weights = partial_credit.weights(item.by_id, item.key)
    lines = [f"\t~%{float(weights[letter]):.7g}%{_marked(text)}\n" for letter, text in item.by_id.items()]
    return "\n" + "".join(lines), choices.tags_of(item)


def _write_matching(item: MatchingItem, note: Note) -> tuple[str, dict[str, str]]:  # noqa: ARG001
    pairs, more = choices.pairs(item)
    if any("->" in prompt for prompt, _ in pairs):
        raise NotCarried("a prompt has an arrow (->), which separates prompt and option in GIFT")
    return "\n" + "".join(f"\t={_marked(prompt)} -> {_escaped(option)}\n" for prompt, option in pairs), more


def _write_numeric(item: NumericItem, note: Note) -> tuple[str, dict[str, str]]:
    if item.units:
        note("its other units; GIFT has no units")
    unit = {} if item.unit is None else {"unit": item.unit}
    return f"#\n\t={numbers.key_of(item, note)}:{numbers.margin_of(item, note)}\n", unit | numbers.tags_of(item)


WRITERS: dict[type[Item], Callable[[Any, Note], tuple[str, dict[str, str]]]] = {
    SingleItem: _write_single,
    MultipleItem: _write_multiple,
    MatchingItem: _write_matching,
    NumericItem: _write_numeric,
}


def read(data: bytes) -> Imported:
    """Return the questions of the file. Raise UnreadableFile if it is not text."""
    reading = ImportBuilder()
    for number, block in enumerate(re.split(r"\n(?:[ \t]*\n)+", text_of(data)), start=1):
        if len(block) > MAX_QUESTION_CHARACTERS:
            reading.leave_out(f"question {number}", f"the whole item: {TOO_LONG}")
        elif block.strip():
            _add(reading, number, block)
    return reading.done()


def _add(reading: ImportBuilder, number: int, block: str) -> None:
    lines = block.split("\n")
    comments = "\n".join(line for line in lines if line.lstrip().startswith("//"))
    text = "\n".join(line for line in lines if not line.lstrip().startswith("//")).strip()
    if text:
        id_ = ID.search(comments)
        name = re.match(r"::(.*?)::", _protected(text), re.DOTALL)
        title = _restored(name[1]) if name else ""
        own_id = id_[1].replace("\\]", "]").strip() if id_ else ""
        reading.add(
            own_id or title or f"question {number}",
            lambda note: _item(_protected(text), comments, own_id, note),
        )


def _protected(text: str) -> str:
    """Return the text with each escaped character replaced by a placeholder."""
    return re.sub(r"\\([\\~=#{}:n])", lambda found: PLACEHOLDERS["\n" if found[1] == "n" else found[1]], text)


def _restored(text: str) -> str:
    return "".join(RESTORED.get(character, character) for character in text.strip())


def _item(text: str, comments: str, id_: str, note: Note) -> Fields:
    if text.startswith("$CATEGORY"):
        raise NotCarried("it is a category, which banks don't have")
    if named := re.match(r"::(.*?)::", text, re.DOTALL):
        text = text[named.end() :].strip()
        if _restored(named[1]) != id_:
            note(f"its name “{_restored(named[1])}”")
    stem, opened, rest = text.partition("{")
    body, closed, after = rest.partition("}")
    if not opened or not closed:
        raise NotCarried("it is a text without answers")
    if after.strip():
        stem = f"{stem}_____{after}"
    tagged = tags.fields((tag.replace("\\]", "]").strip() for tag in TAG.findall(comments)), note, MORE_TAGS)
    body, _, rationale = body.strip().rpartition("####") if "####" in body else (body.strip(), "", "")
    usual, question = _read_text(stem, "moodle", note)
    fields: Fields = {"id": id_} if id_ else {}
    if "case" in tagged:
        vignette, question = markdown_text.without_vignette(question)
        fields |= {"vignette": vignette} if vignette else {}
    fields |= {"stem": question, **_answers(body.strip(), usual, tagged, note)}
    if rationale.strip():
        fields["rationale"] = _read_text(rationale, usual, note)[1]
    return fields | tagged


def _read_text(text: str, usual: str, note: Note) -> tuple[str, str]:
    """Return the format that the text names and the text as Markdown."""
    named = FORMAT.match(text.strip())
    format_, bare = (named[1], _restored(text.strip()[named.end() :])) if named else (usual, _restored(text))
    if format_ == "markdown":
        return format_, markdown_text.markdown(bare, note)
    if format_ == "plain":
        return format_, markdown_text.plain(bare)
    return format_, markdown_text.from_html(bare.replace("\n", "<br>") if format_ == "moodle" else bare, note)


def _answers(body: str, usual: str, tagged: Fields, note: Note) -> Fields:
    if body.startswith("#"):
        return _numeric(body[1:].strip(), usual, tagged, note)
    if "~" in body and body.startswith(("~", "=")):
        return _choice(body, usual, tagged, note)
    if body.startswith("=") and "->" in body:
        return _matching(body, usual, tagged, note)
    verdict = body.partition("#")[0].strip().upper()
    kind = "true or false" if verdict in ("T", "F", "TRUE", "FALSE") else "a short answer" if body else "an essay"
    raise NotCarried(f"it asks for {kind}, and no item type here does")


def _split(part: str, usual: str, note: Note) -> tuple[Fraction | None, str]:
    """Return the weight of an answer, or None, and its text. Feedback on the answer is noted."""
    weight = WEIGHT.match(part)
    answer, _, feedback = (part[weight.end() :] if weight else part).partition("#")
    if feedback.strip():
        note(f"the feedback on an answer: {_restored(feedback)}")
    return Fraction(numbers.decimal(weight[1])) if weight else None, _read_text(answer, usual, note)[1]


def _choice(body: str, usual: str, tagged: Fields, note: Note) -> Fields:
    weights, texts = [], []
    choices.require_few(body.count("~") + body.count("="))
    for sign, part in re.findall(r"([~=])([^~=]*)", body):
        weight, text = _split(part.strip(), usual, note)
        weights.append(Fraction(100) if sign == "=" else weight or Fraction(0))
        texts.append(text)
    letters = choices.lettered(len(texts), tagged, note)
    options, given = dict(zip(letters, texts, strict=True)), dict(zip(letters, weights, strict=True))
    if "=" in body:
        return {"type": "single", "options": options, "key": partial_credit.single(given, note)}
    return {"type": "multiple", "options": options, "key": partial_credit.several(given, note)}


def _matching(body: str, usual: str, tagged: Fields, note: Note) -> Fields:
    pairs = []
    choices.require_few(body.count("="))
    for part in body.lstrip("= ").split("="):
        prompt, arrow, option = part.partition("->")
        if not arrow:
            raise NotCarried(f"the pair “{_restored(part)}” has no arrow (->)")
        plain = _restored(option)
        pairs.append(
            (_read_text(prompt, usual, note)[1], plain if usual == "markdown" else markdown_text.escaped(plain))
        )
    return {"type": "matching", **choices.matching(pairs, tagged, note)}


def _numeric(body: str, usual: str, tagged: Fields, note: Note) -> Fields:
    parts = [part.strip() for part in body.split("=") if part.strip()]
    if len(parts) != 1 or "~" in body:
        raise NotCarried("it has several answers, but a numeric item has one")
    weight, text = _split(parts[0], usual, note)
    if weight not in (None, 100):
        raise NotCarried("no answer earns the full score")
    if ".." in text:
        low, high = map(numbers.decimal, text.split("..", 1))
        key, margin = str((low + high) / 2), str((high - low) / 2)
    else:
        key, _, margin = text.partition(":")
    fields = {"type": "numeric", "key": str(numbers.decimal(key)), "unit": tagged.pop("unit", None)}
    return fields | numbers.tolerance(key, margin, tagged, note)
