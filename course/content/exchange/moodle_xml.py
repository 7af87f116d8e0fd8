"""Read and write Moodle XML: multichoice, matching, numerical and ordering. Texts are written as Markdown.

Sources: https://docs.moodle.org/en/Moodle_XML_format and the reader and writer that define it,
https://github.com/moodle/moodle/blob/main/question/format/xml/format.php; for ordering
https://github.com/moodle/moodle/blob/main/question/type/ordering/questiontype.php.
"""

from collections.abc import Callable
from fractions import Fraction
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from course.content.exchange import choices, markdown_text, numbers, partial_credit, safe_xml, tags
from course.content.exchange.report import (
    Exported,
    ImportBuilder,
    Imported,
    NotCarried,
    Note,
    UnreadableFile,
    export_each,
)
from course.content.items.base import Item
from course.content.items.matching import MatchingItem
from course.content.items.multiple import MultipleItem
from course.content.items.numeric import NumericItem
from course.content.items.ordering import OrderingItem
from course.content.items.single import SingleItem
from course.content.schema.bank import Bank

Fields = dict[str, Any]
MORE_TAGS = (*choices.NAMES, *numbers.NAMES)
ORDER_CREDIT = "its partial credit: a random order earns half in Moodle and nothing here"
READ_ELEMENTS = {
    "name",
    "questiontext",
    "generalfeedback",
    "idnumber",
    "tags",
    "answer",
    "subquestion",
    "units",
    "single",
}
NO_EFFECT = {
    "answernumbering",
    "showstandardinstruction",
    "layouttype",
    "numberingstyle",
    "shownumcorrect",
    "showgrading",
}
DEFAULTS = {  # values that mean what is always the case here
    "defaultgrade": {"1"},
    "penalty": {"0"},
    "hidden": {"0"},
    "shuffleanswers": {"1", "true"},
    "selecttype": {"ALL", "0"},
    "selectcount": {"0"},
    "unitgradingtype": {"0"},
    "unitpenalty": {"0", "0.1"},
    "showunits": {"0", "3"},
    "unitsleft": {"0"},
    "gradingtype": {"RELATIVE_ALL_PREVIOUS_AND_NEXT"},
}


def write(bank: Bank) -> Exported:
    """Return the bank as a Moodle XML file."""
    questions, left_out = export_each(bank, _question)
    quiz = Element("quiz")
    quiz.extend(questions)
    ElementTree.indent(quiz)
    return Exported(safe_xml.written(quiz), left_out)


def _question(item: Item, note: Note) -> Element:
    if type(item) not in WRITERS:
        raise NotCarried(f"Moodle has no questions of the type {item.type}")
    name, write_body = WRITERS[type(item)]
    question = Element("question", type=name)
    _text(question, "name", item.id)
    _text(question, "questiontext", markdown_text.with_vignette(item), format="markdown")
    _text(question, "generalfeedback", item.rationale, format="markdown")
    for element, value in (("defaultgrade", "1"), ("penalty", "0"), ("hidden", "0"), ("idnumber", item.id)):
        SubElement(question, element).text = value
    more = write_body(question, item, note)
    listed = SubElement(question, "tags")
    for tag in tags.of(item, note, **more):
        _text(listed, "tag", tag)
    return question


def _text(parent: Element, name: str, text: str, **attributes: str) -> Element:
    element = SubElement(parent, name, attributes)
    SubElement(element, "text").text = text
    return element


def _write_choice(question: Element, item: SingleItem | MultipleItem, note: Note) -> dict[str, str]:  # noqa: ARG001
    SubElement(question, "single").text = str(isinstance(item, SingleItem)).lower()
    SubElement(question, "shuffleanswers").text = "true"
    weights = partial_credit.weights(item.by_id, item.key)
    for letter, text in item.by_id.items():
        weight = weights[letter] if isinstance(item, MultipleItem) or letter in item.key else Fraction(0)
        _text(question, "answer", text, fraction=f"{float(weight):.7g}", format="markdown")
    return choices.tags_of(item)


def _write_matching(question: Element, item: MatchingItem, note: Note) -> dict[str, str]:  # noqa: ARG001
    SubElement(question, "shuffleanswers").text = "true"
    pairs, more = choices.pairs(item)
    for prompt, option in pairs:
        _text(_text(question, "subquestion", prompt, format="markdown"), "answer", option)
    return more


def _write_ordering(question: Element, item: OrderingItem, note: Note) -> dict[str, str]:
    note(ORDER_CREDIT)
    settings = {"layouttype": "VERTICAL", "selecttype": "ALL", "selectcount": "0", "showgrading": "SHOW"}
    for name, value in (settings | {"gradingtype": "RELATIVE_ALL_PREVIOUS_AND_NEXT"}).items():
        SubElement(question, name).text = value
    for place, step in enumerate(item.steps, start=1):
        _text(question, "answer", step, fraction=str(place), format="markdown")
    return {}


def _write_numeric(question: Element, item: NumericItem, note: Note) -> dict[str, str]:
    answer = _text(question, "answer", numbers.key_of(item, note), fraction="100", format="moodle_auto_format")
    SubElement(answer, "tolerance").text = numbers.margin_of(item, note)
    if item.unit is not None:
        units = SubElement(question, "units")
        for name, multiplier in {item.unit: "1", **numbers.multipliers(item.units, note)}.items():
            unit = SubElement(units, "unit")
            SubElement(unit, "multiplier").text = multiplier
            SubElement(unit, "unit_name").text = name
    SubElement(question, "unitgradingtype").text = "0"
    SubElement(question, "showunits").text = "3" if item.unit is None else "0"
    return numbers.tags_of(item)


WRITERS: dict[type[Item], tuple[str, Callable[[Element, Any, Note], dict[str, str]]]] = {
    SingleItem: ("multichoice", _write_choice),
    MultipleItem: ("multichoice", _write_choice),
    MatchingItem: ("matching", _write_matching),
    OrderingItem: ("ordering", _write_ordering),
    NumericItem: ("numerical", _write_numeric),
}


def read(data: bytes) -> Imported:
    """Return the questions of the file. Raise UnreadableFile if it is not Moodle XML."""
    root = safe_xml.parse(data)
    if root.tag != "quiz":
        raise UnreadableFile(
            f"The file is not Moodle XML: it begins with <{root.tag}>, not <quiz>. Export it as Moodle XML."
        )
    reading = ImportBuilder()
    for number, question in enumerate(root.iter("question"), start=1):
        name = question.findtext("idnumber") or question.findtext("name/text") or f"question {number}"
        reading.add(name.strip(), lambda note, question=question: _item(question, note))  # type: ignore[misc]
    return reading.done()


def _item(question: Element, note: Note) -> Fields:
    type_ = question.get("type", "")
    if type_ not in READERS:
        raise NotCarried(f"no item type here is like the question type {type_ or 'unknown'}")
    safe_xml.require_plausible(question, apart="file")
    tagged = tags.fields((tag.text or "" for tag in question.iterfind("tags/tag/text")), note, MORE_TAGS)
    fields: Fields = {"id": id_} if (id_ := (question.findtext("idnumber") or "").strip()) else {}
    stem = _read_text(question.find("questiontext"), note)
    if "case" in tagged:
        vignette, stem = markdown_text.without_vignette(stem)
        fields |= {"vignette": vignette} if vignette else {}
    fields |= {"stem": stem, **READERS[type_](question, tagged, note)}
    if rationale := _read_text(question.find("generalfeedback"), note):
        fields["rationale"] = rationale
    _note_rest(question, fields, note)
    return fields | tagged


def _read_text(element: Element | None, note: Note, usual: str = "html") -> str:
    if element is None:
        return ""
    for file in element.iterfind("file"):
        note(f"the file {file.get('name')}")
    text, format_ = element.findtext("text") or "", element.get("format", usual)
    if format_ == "markdown":
        return markdown_text.markdown(text, note)
    if format_ == "plain_text":
        return markdown_text.plain(text)
    return markdown_text.from_html(text.replace("\n", "<br>") if format_ == "moodle_auto_format" else text, note)


def _answers(question: Element, note: Note) -> list[tuple[str, Fraction, Element]]:
    found = []
    choices.require_few(len(question.findall("answer")))
    for answer in question.iterfind("answer"):
        weight = Fraction(numbers.decimal(answer.get("fraction", "0")))
        if feedback := _read_text(answer.find("feedback"), _unnoted):
            note(f"the feedback on an answer: {feedback}")
        found.append((_read_text(answer, note), weight, answer))
    return found


def _choice(question: Element, tagged: Fields, note: Note) -> Fields:
    answers = _answers(question, note)
    letters = choices.lettered(len(answers), tagged, note)
    weights = {letter: weight for letter, (_, weight, _) in zip(letters, answers, strict=True)}
    options = {letter: text for letter, (text, _, _) in zip(letters, answers, strict=True)}
    if (question.findtext("single") or "true").strip() in ("true", "1"):
        return {"type": "single", "options": options, "key": partial_credit.single(weights, note)}
    return {"type": "multiple", "options": options, "key": partial_credit.several(weights, note)}


def _matching(question: Element, tagged: Fields, note: Note) -> Fields:
    pairs = []
    choices.require_few(len(question.findall("subquestion")))
    for pair in question.iterfind("subquestion"):
        option = (pair.findtext("answer/text") or "").strip()
        prompt = _read_text(pair, note)
        pairs.append((prompt, option if pair.get("format") == "markdown" else markdown_text.escaped(option)))
    return {"type": "matching", **choices.matching(pairs, tagged, note)}


def _ordering(question: Element, tagged: Fields, note: Note) -> Fields:  # noqa: ARG001
    note(ORDER_CREDIT)
    return {"type": "ordering", "steps": [text for text, _, _ in sorted(_answers(question, note), key=lambda a: a[1])]}


def _numeric(question: Element, tagged: Fields, note: Note) -> Fields:
    right = []
    for text, weight, answer in _answers(question, note):
        if weight == 100:
            right.append((answer.findtext("text") or "", answer.findtext("tolerance") or "0"))
        else:
            note(f"the answer {text}, which earns {float(weight):g}%")
    if len(right) != 1:
        raise NotCarried(f"{len(right) or 'no'} answers earn the full score, but a numeric item has one")
    key, margin = right[0]
    fields: Fields = {"type": "numeric", "key": str(numbers.decimal(key)), "unit": None}
    units = [(u.findtext("unit_name") or "", u.findtext("multiplier") or "1") for u in question.iterfind("units/unit")]
    own = [name for name, multiplier in units if numbers.decimal(multiplier) == 1]
    if units and not own:
        raise NotCarried("no unit has the multiplier 1, so the unit of its key is unknown")
    if units:
        fields["unit"] = own[0]
    if others := {name: numbers.factor_of(multiplier) for name, multiplier in units if name != fields["unit"]}:
        fields["units"] = others
    return fields | numbers.tolerance(key, margin, tagged, note)


READERS: dict[str, Callable[[Element, Fields, Note], Fields]] = {
    "multichoice": _choice,
    "matching": _matching,
    "ordering": _ordering,
    "numerical": _numeric,
}


def _note_rest(question: Element, fields: Fields, note: Note) -> None:
    """Note every other element of the question, unless it has no effect here or its default value."""
    name = (question.findtext("name/text") or "").strip()
    if name and name != fields.get("id"):
        note(f"its name “{name}”")
    for element in question:
        value = (element.text or "").strip()
        defaults = {*DEFAULTS.get(element.tag, ()), ""}
        number = value.rstrip("0").rstrip(".") or "0" if "." in value else value
        if element.tag in READ_ELEMENTS | NO_EFFECT or (not len(element) and {value, number} & defaults):
            continue
        if text := value or _read_text(element, _unnoted):
            note(f"{element.tag}: {text}")


def _unnoted(what: str) -> None:
    """Ignore what is lost in a text that is itself left out."""
