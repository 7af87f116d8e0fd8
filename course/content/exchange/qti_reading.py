"""Read QTI items with the element names of 2.2 (see `qti.to_v2`), noting everything that has no place here.

The text of a file of our own (`qti.TOOL`) is read literally. The text of other files is HTML and is converted.
"""

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from course.content.exchange import choices, markdown_text, numbers, partial_credit, safe_xml, tags
from course.content.exchange.qti import RATIONALE, TOOL
from course.content.exchange.report import NotCarried, Note

MARKS = {"strong": "**", "em": "*"}
FEEDBACK_ELEMENTS = {"feedbackInline", "feedbackBlock", "rubricBlock"}
CUT_MARK = "\x00"  # a character that XML can't contain


def name_of(root: Element) -> str:
    """Return the name of an item for reports."""
    return root.get("identifier") or root.get("title") or "an item without an identifier"


def fields(root: Element, keywords: list[str], note: Note) -> dict[str, Any]:
    """Return the fields of an `assessmentItem`. Raise NotCarried if it does not have exactly one choiceInteraction."""
    safe_xml.require_plausible(root)
    interactions = [element for element in root.iter() if element.tag.endswith("Interaction")]
    if [element.tag for element in interactions] != ["choiceInteraction"]:
        kinds = ", ".join(element.tag for element in interactions) or "no interaction"
        raise NotCarried(f"it has {kinds}, but only items with one choiceInteraction can be read")
    tagged, own, interaction = tags.fields(keywords, note, choices.NAMES), root.get("toolName") == TOOL, interactions[0]
    found: dict[str, Any] = {"id": root.get("identifier", "")}
    vignette = root.find("itemBody/div[@class='vignette']") if own and "case" in tagged else None
    if vignette is not None:
        found["vignette"] = _read(vignette, own, note)
    before = _before(root, interaction, vignette, note)
    prompt = interaction.find("prompt")
    found["stem"] = "\n\n".join(filter(None, [before, "" if prompt is None else _read(prompt, own, note)]))
    found |= _key(root, interaction, own, tagged, note)
    if (rationale := root.find(f"modalFeedback[@identifier='{RATIONALE}']")) is not None:
        found["rationale"] = _read(rationale, own, note)
    _note_rest(root, interaction, own, note)
    return found | tagged


def _before(root: Element, interaction: Element, vignette: Element | None, note: Note) -> str:
    """Return the text before the options, which is part of the question. Text after the options is noted."""
    body = root.find("itemBody")
    whole = "" if body is None else _converted(body, note, interaction, vignette)
    before, _, after = whole.partition(CUT_MARK)
    if after.strip():
        note(f"the text after its options: {after.strip()}")
    return before.strip()


def _read(element: Element, own: bool, note: Note) -> str:
    body = element.find("contentBody")
    text = element if body is None else body
    return _verbatim(text) if own and _as_written(text) else _converted(text, note)


def _converted(element: Element, note: Note, cut: Element | None = None, skip: Element | None = None) -> str:
    copy = _copied(element, cut, skip)
    copy.tag, copy.attrib, copy.tail = "div", {}, None
    return markdown_text.from_html(ElementTree.tostring(copy, encoding="unicode"), note)


def _copied(element: Element, cut: Element | None, skip: Element | None) -> Element:
    """Return a copy without feedback, rubrics and `skip`, which are read elsewhere, and with a mark for `cut`."""
    copy = Element(element.tag, element.attrib)
    copy.text, copy.tail = element.text, element.tail
    for child in element:
        if child is cut or child is skip or child.tag in FEEDBACK_ELEMENTS:
            copy.append(Element("p" if child is cut else "span"))
            copy[-1].text, copy[-1].tail = CUT_MARK if child is cut else None, child.tail
        else:
            copy.append(_copied(child, cut, skip))
    return copy


def _as_written(text: Element) -> bool:
    """Return whether the text has only what `qti` writes, so that no other tool has edited it."""
    outside = [text.text, *(child.tail for child in text)] if text.find("p") is not None else []
    nested = any(len(inner) for inner in text.iter() if inner.tag in MARKS)
    known = {inner.tag for inner in text.iter()} - {text.tag} <= {"p", *MARKS}
    return known and not nested and not "".join(filter(None, outside)).strip()


def _verbatim(element: Element) -> str:
    if paragraphs := element.findall("p"):
        return "\n\n".join(_verbatim(paragraph) for paragraph in paragraphs)
    parts = [element.text or ""]
    for child in element:
        parts += [MARKS[child.tag], child.text or "", MARKS[child.tag], child.tail or ""]
    return "".join(parts)


def _key(root: Element, interaction: Element, own: bool, tagged: dict[str, Any], note: Note) -> dict[str, Any]:
    named = interaction.get("responseIdentifier")
    response = next((one for one in root.iterfind("responseDeclaration") if one.get("identifier") == named), None)
    if response is None:
        raise NotCarried("it does not declare a response for its options")
    shown = [(choice.get("identifier", ""), _read(choice, own, note)) for choice in interaction.iter("simpleChoice")]
    names = [name for name, _ in shown]
    if len(set(names)) < len(names):
        raise NotCarried("two of its options have the same identifier")
    unusual = not all(re.fullmatch("[a-h]", name) for name in names)
    letters = choices.lettered(len(names), tagged, note) if unusual else "".join(names)
    letter_of = dict(zip(names, letters, strict=True))
    right = [(value.text or "").strip() for value in response.iterfind("correctResponse/value")]
    if not right or not set(right) <= set(names):
        raise NotCarried("it does not say which of its options is correct")
    mapped = {entry.get("mapKey", ""): _weight(entry) for entry in response.iterfind("mapping/mapEntry")}
    weights = {letter_of[name]: mapped.get(name, Fraction(0)) for name in names}
    found = {"options": {letter_of[name]: text for name, text in shown}}
    key = [letter_of[name] for name in names if name in right]
    if response.get("cardinality") == "single":
        for letter in (letter for letter, weight in weights.items() if weight and letter not in key):
            note(f"option {letter} earns {float(weights[letter]):g}% in the file; here it is incorrect")
        return found | {"type": "single", "key": key[0] if len(key) == 1 else key}
    if not mapped:
        note(f"its all-or-nothing score; {partial_credit.RULE}")
    elif partial_credit.several(weights, note) != key:
        note("its weights, which contradict its correct answers; the correct answers are used")
    return found | {"type": "multiple", "key": key}


def _weight(entry: Element) -> Fraction:
    weight = Fraction(numbers.decimal(entry.get("mappedValue", "0"))) * 100
    return weight.limit_denominator(10**6)


def _note_rest(root: Element, interaction: Element, own: bool, note: Note) -> None:
    """Note everything else that the item has."""
    for what in _rest(root, interaction):
        note(what)
    if not own and root.get("title") not in (None, "", root.get("identifier")):
        note(f"its title “{root.get('title')}”")
    template = "".join(step.get("template", "") for step in root.iterfind("responseProcessing"))
    if not re.search(r"/(match_correct|map_response)(\.xml)?$", template):
        note("its own response processing; here the correct answers determine the score")


def _rest(root: Element, interaction: Element) -> Iterator[str]:
    for name, usual in (("adaptive", "false"), ("timeDependent", "false")):
        if root.get(name, usual) != usual:
            yield f"that it is {name}"
    if interaction.get("shuffle", "false") != "true" or interaction.find("simpleChoice[@fixed='true']") is not None:
        yield "the order of its options; here it is shuffled"
    if interaction.get("maxChoices", "1") not in ("0", "1"):
        yield f"that only {interaction.get('maxChoices')} options may be chosen"
    for element in root.iter():
        text = " ".join("".join(element.itertext()).split())
        if element.tag in FEEDBACK_ELEMENTS:
            yield f"{element.tag}: {text}"
        elif element.tag == "modalFeedback" and element.get("identifier") != RATIONALE:
            yield f"the feedback {element.get('identifier')}: {text}"
        elif element.tag in ("stylesheet", "templateDeclaration", "assessmentStimulusRef", "catalogInfo"):
            yield f"its {element.tag}"
