"""QTI items read, in the names of 2.2 (`qti.to_v2`): what has a place here, and a note for what has none.

A file of our own (`qti.TOOL`) is read as it stands; the text of others is HTML and is converted.
"""

import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from course.catalog.exchange import choices, credit, numbers, prose, tags
from course.catalog.exchange.qti import RATIONALE, TOOL
from course.catalog.exchange.report import NotCarried, Note

PLAIN = {"p", "strong", "em"}


def name_of(root: Element) -> str:
    return root.get("identifier") or root.get("title") or "an item without identifier"


def fields(root: Element, keywords: list[str], note: Note) -> dict[str, Any]:
    """The item of an `assessmentItem` in the names of 2.2. Raises NotCarried."""
    interactions = [element for element in root.iter() if element.tag.endswith("Interaction")]
    if [element.tag for element in interactions] != ["choiceInteraction"]:
        kinds = ", ".join(element.tag for element in interactions) or "no interaction"
        raise NotCarried(f"it has {kinds}; one choiceInteraction is read")
    told = tags.fields(keywords, note, choices.NAMES)
    own = root.get("toolName") == TOOL
    body = root.find("itemBody")
    found: dict[str, Any] = {"id": root.get("identifier", "")}
    if own and "case" in told and (vignette := root.find("itemBody/div[@class='vignette']")) is not None:
        found["vignette"] = _read(vignette, own, note)
    interaction = interactions[0]
    prompt = interaction.find("prompt")
    before = [] if own or body is None else _before(body, interaction, note)
    texts = [*before, *([prompt] if prompt is not None else [])]
    found["stem"] = "\n\n".join(filter(None, (_read(element, own, note) for element in texts)))
    found |= _key(root, interaction, own, told, note)
    if (rationale := root.find(f"modalFeedback[@identifier='{RATIONALE}']")) is not None:
        found["rationale"] = _read(rationale, own, note)
    _note_rest(root, interaction, own, note)
    return found | told


def _before(body: Element, interaction: Element, note: Note) -> list[Element]:
    """What stands before the options belongs to the question; what stands after them is noted."""
    before: list[Element] = []
    passed = False
    for element in body:
        if interaction in element.iter():
            passed = True
            if element is not interaction:
                before += [inner for inner in element if inner is not interaction]
        elif passed:
            note(f"the text after its options: {''.join(element.itertext()).strip()}")
        elif element.tag != "rubricBlock":
            before.append(element)
    return before


def _read(element: Element, own: bool, note: Note) -> str:
    body = element.find("contentBody")
    text = element if body is None else body
    if own and _as_written(text):
        return _verbatim(text)
    copy = Element("div")
    copy.text = text.text
    copy.extend(child for child in text if not child.tag.startswith("feedback"))
    return prose.from_html(ElementTree.tostring(copy, encoding="unicode"), note)


def _as_written(text: Element) -> bool:
    """Nobody has added anything that `qti` does not write."""
    beside = [text.text, *(child.tail for child in text)] if text.find("p") is not None else []
    return {inner.tag for inner in text.iter()} - {text.tag} <= PLAIN and not "".join(filter(None, beside)).strip()


def _verbatim(element: Element) -> str:
    if paragraphs := element.findall("p"):
        return "\n\n".join(_verbatim(paragraph) for paragraph in paragraphs)
    parts = [element.text or ""]
    for child in element:
        mark = "**" if child.tag == "strong" else "*"
        parts += [mark, child.text or "", mark, child.tail or ""]
    return "".join(parts)


def _key(root: Element, interaction: Element, own: bool, told: dict[str, Any], note: Note) -> dict[str, Any]:
    response = root.find(f"responseDeclaration[@identifier='{interaction.get('responseIdentifier', '')}']")
    if response is None:
        raise NotCarried("it does not declare the response of its options")
    shown = [(choice.get("identifier", ""), _read(choice, own, note)) for choice in interaction.iter("simpleChoice")]
    names = [name for name, _ in shown]
    unusual = not all(re.fullmatch("[a-h]", name) for name in names)
    letters = choices.lettered(len(names), told, note) if unusual else "".join(names)
    letter_of = dict(zip(names, letters, strict=True))
    right = [(value.text or "").strip() for value in response.iterfind("correctResponse/value")]
    if not right or not set(right) <= set(names):
        raise NotCarried("it does not say which of its options is right")
    mapped = {entry.get("mapKey", ""): _weight(entry) for entry in response.iterfind("mapping/mapEntry")}
    weights = {letter_of[name]: mapped.get(name, Fraction(0)) for name in names}
    found = {"options": {letter_of[name]: text for name, text in shown}}
    key = [letter_of[name] for name in names if name in right]
    if response.get("cardinality") == "single":
        for letter in (letter for letter, weight in weights.items() if weight and letter not in key):
            note(f"option {letter} earns {float(weights[letter]):g} % there; here it is wrong")
        return found | {"type": "single", "key": key[0] if len(key) == 1 else key}
    if not mapped:
        note(
            "its score, all or nothing there; here each right option earns its share and each wrong one loses its share"
        )
    elif credit.several(weights, note) != key:
        note("its weights, which do not agree with its right answers; the right answers are taken")
    return found | {"type": "multiple", "key": key}


def _weight(entry: Element) -> Fraction:
    weight = Fraction(numbers.decimal(entry.get("mappedValue", "0"))) * 100
    return weight.limit_denominator(10**6)


def _note_rest(root: Element, interaction: Element, own: bool, note: Note) -> None:
    """What an item has beside what was read."""
    for what in _rest(root, interaction):
        note(what)
    if not own and root.get("title") not in (None, "", root.get("identifier")):
        note(f"its title “{root.get('title')}”")
    template = "".join(step.get("template", "") for step in root.iterfind("responseProcessing"))
    if not re.search(r"/(match_correct|map_response)(\.xml)?$", template):
        note("its own response processing; here the item is scored by its right answers")


def _rest(root: Element, interaction: Element) -> Iterator[str]:
    for name, usual in (("adaptive", "false"), ("timeDependent", "false")):
        if root.get(name, usual) != usual:
            yield f"it is {name}"
    if interaction.get("shuffle", "false") != "true" or interaction.find("simpleChoice[@fixed='true']") is not None:
        yield "the order of its options; here it is shuffled"
    if int(interaction.get("maxChoices", "1")) > 1:
        yield f"that only {interaction.get('maxChoices')} options may be chosen"
    for element in root.iter():
        text = " ".join("".join(element.itertext()).split())
        if element.tag in ("feedbackInline", "feedbackBlock", "rubricBlock"):
            yield f"{element.tag}: {text}"
        elif element.tag == "modalFeedback" and element.get("identifier") != RATIONALE:
            yield f"the feedback {element.get('identifier')}: {text}"
        elif element.tag in ("stylesheet", "templateDeclaration", "assessmentStimulusRef", "catalogInfo"):
            yield f"its {element.tag}"
