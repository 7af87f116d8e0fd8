"""Write QTI 2.2 and 3.0 items (choiceInteraction with one or several correct answers), and translate their names.

Sources: https://www.imsglobal.org/question/qtiv2p2/imsqti_v2p2_impl.html,
https://www.imsglobal.org/spec/qti/v3p0/impl, and the schemas at https://www.imsglobal.org/xsd/qti/qtiv2p2/ and
https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/. Items are built and read with the element names of 2.2; a
rule derives those of 3.0. `toolName` marks files of our own, whose white space and asterisks are read literally.
"""

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from course.content.exchange import partial_credit, safe_xml, tags
from course.content.exchange.report import NotCarried, Note
from course.content.items.base import Item
from course.content.items.multiple import MultipleItem
from course.content.items.single import SingleItem

TOOL = "Needlewise"
RATIONALE = "RATIONALE"  # the feedback that is shown for every answer
HTML_ELEMENTS = {"p", "div", "strong", "em"}
TEXT_ELEMENTS = {"p", "prompt", "simpleChoice", "modalFeedback"}
MARKED = re.compile(r"\*\*(.+?)\*\*|\*([^*\n]+)\*", re.DOTALL)


@dataclass(frozen=True)
class Version:
    """A version of QTI: its namespace, and where its response processing templates are."""

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
    """Return the item as an XML file, and its tags, which go into the manifest. Raise NotCarried for other types."""
    if not isinstance(item, (SingleItem, MultipleItem)):
        raise NotCarried(f"items of the type {item.type} are not exchanged as QTI")
    keywords = tags.of(item, note)
    root = Element("assessmentItem", identifier=item.id, title=item.id, adaptive="false", timeDependent="false")
    root.set("toolName", TOOL)
    _declare(root, item)
    _body(root, item)
    template = "match_correct" if isinstance(item, SingleItem) else "map_response"
    SubElement(root, "responseProcessing", template=f"{version.templates}{template}{version.ending}")
    attributes = {"outcomeIdentifier": "FEEDBACK", "identifier": RATIONALE, "showHide": "show"}
    feedback = SubElement(root, "modalFeedback", attributes)
    _paragraphs(feedback if version is V2 else SubElement(feedback, "contentBody"), item.rationale)
    _indent(root)
    if version is V3:
        _to_v3(root)
    root.set("xmlns", version.namespace)
    return safe_xml.written(root), keywords


def _declare(root: Element, item: SingleItem | MultipleItem) -> None:
    cardinality = "single" if isinstance(item, SingleItem) else "multiple"
    response = SubElement(
        root, "responseDeclaration", identifier="RESPONSE", cardinality=cardinality, baseType="identifier"
    )
    correct = SubElement(response, "correctResponse")
    for letter in item.key:
        SubElement(correct, "value").text = letter
    if isinstance(item, MultipleItem):
        mapping = SubElement(response, "mapping", lowerBound="0", defaultValue="0")
        for letter, weight in partial_credit.weights(item.by_id, item.key).items():
            SubElement(mapping, "mapEntry", mapKey=letter, mappedValue=repr(float(weight / 100)))
    for name, type_, value in (("SCORE", "float", "0"), ("FEEDBACK", "identifier", RATIONALE)):
        outcome = SubElement(root, "outcomeDeclaration", identifier=name, cardinality="single", baseType=type_)
        SubElement(SubElement(outcome, "defaultValue"), "value").text = value


def _body(root: Element, item: SingleItem | MultipleItem) -> None:
    body = SubElement(root, "itemBody")
    if item.vignette:
        _paragraphs(SubElement(body, "div", {"class": "vignette"}), item.vignette)
    max_choices = "1" if isinstance(item, SingleItem) else "0"
    interaction = SubElement(
        body, "choiceInteraction", responseIdentifier="RESPONSE", shuffle="true", maxChoices=max_choices
    )
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
    """Write bold and italic text as elements."""
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
    """Add line breaks and indents where they are not part of a text."""
    if element.tag in TEXT_ELEMENTS or not len(element):
        return
    element.text = "\n" + "  " * level
    for child in element:
        _indent(child, level + 1)
        child.tail = "\n" + "  " * level
    element[-1].tail = "\n" + "  " * (level - 1)


def _to_v3(root: Element) -> None:
    """Change names of 2.2 to those of 3.0: with hyphens, and elements with the prefix qti-. HTML stays unchanged."""
    for element in root.iter():
        if element.tag not in HTML_ELEMENTS:
            element.tag = "qti-" + _hyphened(element.tag)
        for name in [name for name in element.attrib if name != _hyphened(name)]:
            element.set(_hyphened(name), element.attrib.pop(name))


def _hyphened(name: str) -> str:
    return re.sub(r"[A-Z]", lambda found: "-" + found[0].lower(), name)


def to_v2(root: Element) -> None:
    """Change names of either version to those of 2.2, without namespaces."""
    for element in root.iter():
        element.tag = _joined(str(element.tag).rpartition("}")[2].removeprefix("qti-"))
        for name in list(element.attrib):
            element.set(_joined(name.rpartition("}")[2]), element.attrib.pop(name))


def _joined(name: str) -> str:
    return re.sub(r"-([a-z])", lambda found: found[1].upper(), name)
