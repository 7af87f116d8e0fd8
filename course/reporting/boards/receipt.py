"""CE Broker's receipt: the records of a roster file, each with a message. An empty message means accepted."""

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from course.content.exchange import safe_xml
from course.content.exchange.report import UnreadableFile
from course.reporting.boards.report_line import record_key


def read(data: bytes) -> Mapping[str, str]:
    """Return each record's message by its key. Raise UnreadableFile if this is not a receipt."""
    root = safe_xml.parse(data)
    if _name(root) != "rosters":
        raise UnreadableFile("This is not a receipt: its outermost element is not <rosters>.")
    messages: dict[str, str] = {}
    for key, message in _records(root):
        messages[key] = messages.get(key) or message  # a record that is listed twice and failed once has failed
    if not messages:
        raise UnreadableFile("This receipt has no records.")
    return messages


def _records(root: Element) -> Iterator[tuple[str, str]]:
    """Yield (key, message) of each attendee; one without a message gets that of its roster or of the whole file."""
    file_message = _message(root) or ""
    for roster in _all(root, "roster"):
        roster_message = _message(roster) or file_message
        course = _value(roster, "id_course") or _value(roster, "provider_course_code")
        for attendee in _all(roster, "attendee"):
            message = _message(attendee)
            if message is None:
                raise UnreadableFile(
                    "This is not a receipt: a record has no Message. It may be the file that was sent."
                )
            yield _key(attendee, course), message or roster_message


def _key(attendee: Element, course: str) -> str:
    names = ("licensee_profession", "license", "cebroker_state")
    profession, license_, state = (_value(attendee, name) for name in names)
    return record_key(profession, license_, state, course, _value(attendee, "date_completed"))


def _name(element: Element) -> str:
    """Return the element's name without its namespace, in lower case."""
    return element.tag.rpartition("}")[2].lower()


def _all(element: Element, name: str) -> list[Element]:
    return [child for child in element.iter() if _name(child) == name]


def _value(element: Element, name: str) -> str:
    return next(((child.text or "").strip() for child in element if _name(child) == name), "")


def _message(element: Element) -> str | None:
    """Return the message of this element itself, from a child or an attribute; None if it has neither."""
    texts = [child.text or "" for child in element if _name(child) == "message"]
    texts += [value for name, value in element.attrib.items() if name.lower() == "message"]
    return " ".join(" ".join(texts).split()) if texts else None
