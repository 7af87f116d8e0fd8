"""CE Broker's roster: completions as XML, one roster for each course and day."""

from collections.abc import Sequence
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement

from course.content.exchange import safe_xml
from course.reporting.boards.lines import Line, written


def write(lines: Sequence[Line], *, parent: str, upload_key: str, test: bool = False) -> bytes:
    """`test`: the service checks the file and keeps nothing of it."""
    root = Element("rosters", {"id_parent_provider": parent, "upload_key": upload_key})
    if test:
        root.set("test", "true")
    in_order = sorted(lines, key=_session)
    for _, together in groupby(in_order, key=_session):
        _roster(root, list(together))
    return safe_xml.written(root)


def _session(line: Line) -> tuple[str, str, str]:
    return line.course, line.completed_on.isoformat(), line.publishing or ""


def _roster(root: Element, lines: Sequence[Line]) -> None:
    first, roster = lines[0], SubElement(root, "roster")
    _text(roster, "id_provider", first.provider)
    _text(roster, "provider_course_code" if first.is_own_course else "id_course", first.course)
    _text(roster, "id_publishing", first.publishing or "")
    _text(roster, "end_date", written(first.completed_on))
    attendees = SubElement(roster, "attendees")
    for line in lines:
        _attendee(attendees, line)


def _attendee(attendees: Element, line: Line) -> None:
    attendee = SubElement(attendees, "attendee")
    _text(attendee, "licensee_profession", line.profession)
    _text(attendee, "license", line.license)
    _text(attendee, "cebroker_state", line.state)
    _text(attendee, "first_name", line.first_name)
    _text(attendee, "last_name", line.last_name)
    _text(attendee, "date_completed", written(line.completed_on))
    if line.credits:
        parts = SubElement(attendee, "partial_credits")
        for area, hours in line.credits:
            part = SubElement(parts, "partial_credit")
            _text(part, "cd_profession", line.profession)
            _text(part, "cd_subject_area", area)
            _text(part, "partial_credit_hours", f"{float(hours):g}")


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = text
