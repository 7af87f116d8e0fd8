"""XML from strangers: no document types, no entities, nothing fetched, and limits on size, depth and elements."""

from typing import Any
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, tostring

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from course.content.exchange.report import UnreadableFile, limited

DEEPEST = 100
MOST = 200_000


class _Bounded(TreeBuilder):
    def __init__(self) -> None:
        super().__init__()
        self.depth = self.count = 0

    def start(self, tag: Any, attrs: Any) -> Element:
        self.depth += 1
        self.count += 1
        if self.depth > DEEPEST:
            raise UnreadableFile(f"The XML is nested more than {DEEPEST} deep, which no such file is; export it anew.")
        if self.count > MOST:
            raise UnreadableFile(f"The XML has more than {MOST} elements; split it into several files.")
        return super().start(tag, attrs)

    def end(self, tag: Any) -> Element:
        self.depth -= 1
        return super().end(tag)


def parse(data: bytes) -> Element:
    """The root element. Raises Unreadable with one sentence."""
    parser = DefusedXMLParser(target=_Bounded(), forbid_dtd=True)
    try:
        parser.feed(limited(data))
        root: Element = parser.close()
    except DefusedXmlException:
        raise UnreadableFile("The XML declares a document type or an entity, which is not read; remove it.") from None
    except (ParseError, LookupError, ValueError) as error:
        if isinstance(error, UnreadableFile):
            raise
        raise UnreadableFile(f"The file is not well-formed XML ({error}); export it anew.") from None
    return root


def written(root: Element) -> bytes:
    data: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return data + b"\n"
