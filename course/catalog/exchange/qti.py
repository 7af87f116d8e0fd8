"""QTI 2.2 and 3.0: choiceInteraction with one or several right answers, as a content package.

Sources: https://www.imsglobal.org/question/qtiv2p2/imsqti_v2p2_impl.html,
https://www.imsglobal.org/spec/qti/v3p0/impl, and the schemas at https://www.imsglobal.org/xsd/qti/qtiv2p2/ and
https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/. An item is made and read in the names of 2.2; those of 3.0 follow
from them by rule. `toolName` tells our own files, whose white space and asterisks stand as they are.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from course.catalog.exchange import choices, credit, numbers, prose, safe_xml, tags
from course.catalog.exchange.report import NotCarried, Note
from course.catalog.items.base import Item
from course.catalog.items.multiple import Multiple
from course.catalog.items.single import Single

TOOL = "Needlewise"
RATIONALE = "RATIONALE"  # the feedback that is shown whatever was answered
HTML = {"p", "div", "strong", "em"}
MIXED = {"p", "prompt", "simpleChoice", "modalFeedback"}
MARKED = re.compile(r"\*\*(.+?)\*\*|\*([^*\n]+)\*", re.DOTALL)


@dataclass(frozen=True)
class Version:
    name: str
    namespace: str
    templates: str
    ending: str = ""


V2 = Version(
    "2.2", "http://www.imsglobal.org/xsd/imsqti_v2p2", "http://www.imsglobal.org/question/qti_v2p2/rptemplates/"
)
V3 = Version(
    "3.0",
    "http://www.imsglobal.org/xsd/imsqtiasi_v3p0",
    "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/",
    ".xml",
)


def written(item: Item, version: Version, note: Note) -> tuple[bytes, list[str]]:
    """The item as an XML file, and its tags, for which the manifest has room."""
    if not isinstance(item, (Single, Multiple)):
        raise NotCarried(f"the type {item.type} is not exchanged as QTI")
    keywords = tags.of(item, note)
    root = Element("assessmentItem", identifier=item.id, title=item.id, adaptive="false", timeDependent="false")
    root.set("toolName", TOOL)
    _declare(root, item)
    _body(root, item)
    template = "match_correct" if isinstance(item, Single) else "map_response"
    SubElement(root, "responseProcessing", template=f"{version.templates}{template}{version.ending}")
    attributes = {"outcomeIdentifier": "FEEDBACK", "identifier": RATIONALE, "showHide": "show"}
    feedback = SubElement(root, "modalFeedback", attributes)
    _paragraphs(feedback if version is V2 else SubElement(feedback, "contentBody"), item.rationale)
    _indent(root)
    if version is V3:
        _to_v3(root)
    root.set("xmlns", version.namespace)
    return safe_xml.written(root), keywords


def _declare(root: Element, item: Single | Multiple) -> None:
    cardinality = "single" if isinstance(item, Single) else "multiple"
    response = SubElement(
        root, "responseDeclaration", identifier="RESPONSE", cardinality=cardinality, baseType="identifier"
    )
    correct = SubElement(response, "correctResponse")
    for letter in item.key:
        SubElement(correct, "value").text = letter
    if isinstance(item, Multiple):
        mapping = SubElement(response, "mapping", lowerBound="0", defaultValue="0")
        for letter, weight in credit.weights(item.by_id, item.key).items():
            SubElement(mapping, "mapEntry", mapKey=letter, mappedValue=repr(float(weight / 100)))
    for name, type_, value in (("SCORE", "float", "0"), ("FEEDBACK", "identifier", RATIONALE)):
        outcome = SubElement(root, "outcomeDeclaration", identifier=name, cardinality="single", baseType=type_)
        SubElement(SubElement(outcome, "defaultValue"), "value").text = value


def _body(root: Element, item: Single | Multiple) -> None:
    body = SubElement(root, "itemBody")
    if item.vignette:
        _paragraphs(SubElement(body, "div", {"class": "vignette"}), item.vignette)
    most = "1" if isinstance(item, Single) else "0"
    interaction = SubElement(body, "choiceInteraction", responseIdentifier="RESPONSE", shuffle="true", maxChoices=most)
    _text(SubElement(interaction, "prompt"), item.stem)
    for letter, text in item.by_id.items():
        _text(SubElement(interaction, "simpleChoice", identifier=letter), text)


def _text(parent: Element, text: str) -> None:
    if "\n\n" in text:
        _paragraphs(parent, text)
    else:
        _inline(parent, text)


def _paragraphs(parent: Element, text: str) -> None:
    for paragraph in text.split("\n\n"):
        _inline(SubElement(parent, "p"), paragraph)


def _inline(parent: Element, text: str) -> None:
    """Bold and italics as elements; their marks come back as they were."""
    last, at = None, 0
    for found in MARKED.finditer(text):
        _append(parent, last, text[at : found.start()])
        last, at = SubElement(parent, "em" if found[1] is None else "strong"), found.end()
        last.text = found[2] if found[1] is None else found[1]
    _append(parent, last, text[at:])


def _append(parent: Element, last: Element | None, text: str) -> None:
    if last is None:
        parent.text = text
    else:
        last.tail = text


def _indent(element: Element, level: int = 1) -> None:
    """Lines and indents where they are no text."""
    if element.tag in MIXED or not len(element):
        return
    element.text = "\n" + "  " * level
    for child in element:
        _indent(child, level + 1)
        child.tail = "\n" + "  " * level
    element[-1].tail = "\n" + "  " * (level - 1)


def _to_v3(root: Element) -> None:
    """3.0 writes names with hyphens, those of elements with qti- before them; HTML stays HTML."""
    for element in root.iter():
        if element.tag not in HTML:
            element.tag = "qti-" + _hyphened(element.tag)
        for name in [name for name in element.attrib if name != _hyphened(name)]:
            element.set(_hyphened(name), element.attrib.pop(name))


def _hyphened(name: str) -> str:
    return re.sub(r"[A-Z]", lambda found: "-" + found[0].lower(), name)


def to_v2(root: Element) -> None:
    """Whatever the version: the names of 2.2, without namespaces."""
    for element in root.iter():
        element.tag = _joined(str(element.tag).rpartition("}")[2].removeprefix("qti-"))
        for name in list(element.attrib):
            element.set(_joined(name.rpartition("}")[2]), element.attrib.pop(name))


def _joined(name: str) -> str:
    return re.sub(r"-([a-z])", lambda found: found[1].upper(), name)


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
    if own:
        body = element.find("contentBody")
        return _verbatim(element if body is None else body)
    copy = Element("div")
    copy.text = element.text
    copy.extend(child for child in element if not child.tag.startswith("feedback"))
    return prose.from_html(ElementTree.tostring(copy, encoding="unicode"), note)


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
