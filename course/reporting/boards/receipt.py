"""The receipt of a roster: the same records again, each with a message; an empty one means that it was accepted."""

from collections.abc import Iterator, Mapping
from xml.etree.ElementTree import Element

from course.content.exchange import safe_xml
from course.content.exchange.report import Unreadable
from course.reporting.boards.lines import key_of


def read(data: bytes) -> Mapping[str, str]:
    """Each record's key with its message, which is empty where it was accepted. Raises Unreadable."""
    root = safe_xml.parse(data)
    if _name(root) != "rosters":
        raise Unreadable("This is no receipt: its outermost element is not <rosters>.")
    found: dict[str, str] = {}
    for key, message in _records(root):
        found[key] = found.get(key) or message  # a record that stands twice and failed once has failed
    if not found:
        raise Unreadable("This receipt has no record in it.")
    return found


def _records(root: Element) -> Iterator[tuple[str, str]]:
    whole = _message(root) or ""
    for roster in _all(root, "roster"):
        of_roster = _message(roster) or whole
        course = _value(roster, "id_course") or _value(roster, "provider_course_code")
        for attendee in _all(roster, "attendee"):
            message = _message(attendee)
            if message is None:
                raise Unreadable("A record has no Message, so this is no receipt; it may be the file that was sent.")
            yield _key(attendee, course), message or of_roster


def _key(attendee: Element, course: str) -> str:
    names = ("licensee_profession", "license", "cebroker_state")
    profession, license_, state = (_value(attendee, name) for name in names)
    return key_of(profession, license_, state, course, _value(attendee, "date_completed"))


def _name(element: Element) -> str:
    """Without its namespace, in lower case."""
    return element.tag.rpartition("}")[2].lower()


def _all(element: Element, name: str) -> list[Element]:
    return [one for one in element.iter() if _name(one) == name]


def _value(element: Element, name: str) -> str:
    return next(((one.text or "").strip() for one in element if _name(one) == name), "")


def _message(element: Element) -> str | None:
    """Of this element itself, as a child or an attribute; None where there is none."""
    texts = [one.text or "" for one in element if _name(one) == "message"]
    texts += [value for name, value in element.attrib.items() if name.lower() == "message"]
    return " ".join(" ".join(texts).split()) if texts else None
