"""Parse untrusted XML: no document types or entities, nothing fetched, limits on size, depth and elements."""

from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from course.content.exchange.report import MAX_QUESTION_CHARACTERS, TOO_LONG, NotCarried, UnreadableFile, limited

MAX_DEPTH = 100
MAX_ELEMENTS = 200_000
MAX_QUESTION_ELEMENTS = 5_000


class _Bounded(TreeBuilder):
    def __init__(self) -> None:
        super().__init__()
        self.depth = self.count = 0

    def start(self, tag: Any, attrs: Any) -> Element:
        self.depth += 1
        self.count += 1
        if self.depth > MAX_DEPTH:
            raise UnreadableFile(f"The XML is nested more than {MAX_DEPTH} levels deep. Export the file again.")
        if self.count > MAX_ELEMENTS:
            raise UnreadableFile(f"The XML has more than {MAX_ELEMENTS} elements. Split it into several files.")
        return super().start(tag, attrs)

    def end(self, tag: Any) -> Element:
        self.depth -= 1
        return super().end(tag)


def require_plausible(question: Element, apart: str = "") -> None:
    """Raise NotCarried for a question that is longer than any real one, without the elements named `apart`."""
    elements = [element for element in question.iter() if element.tag != apart]
    characters = sum(len(element.text or "") + len(element.tail or "") for element in elements)
    if len(elements) > MAX_QUESTION_ELEMENTS or characters > MAX_QUESTION_CHARACTERS:
        raise NotCarried(TOO_LONG)


def parse(data: bytes) -> Element:
    """Return the root element. Raise UnreadableFile if the data is not XML or breaks a limit."""
    parser = DefusedXMLParser(target=_Bounded(), forbid_dtd=True)
    try:
        parser.feed(limited(data))
        root: Element = parser.close()
    except DefusedXmlException:
        raise UnreadableFile("The XML declares a document type or an entity. Remove the declaration.") from None
    except (ParseError, LookupError, ValueError) as error:
        if isinstance(error, UnreadableFile):
            raise
        raise UnreadableFile(f"The file is not well-formed XML ({error}). Export it again.") from None
    return root


def written(root: Element) -> bytes:
    """Return the element as an XML file."""
    data: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return data + b"\n"
