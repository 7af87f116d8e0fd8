"""CE Broker's roster file: completions as XML, one roster for each course and day."""

from collections.abc import Sequence
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement

from course.content.exchange import safe_xml
from course.reporting.boards.report_line import ReportLine, numeric_date


def write(lines: Sequence[ReportLine], *, parent: str, upload_key: str, test: bool = False) -> bytes:
    """Return the XML file. `test`: the service checks the file and keeps nothing.

    CE Broker finds the licensee by the license. The last name is the family name without a suffix; the first name of
    someone with one name is empty.
    """
    root = Element("rosters", {"id_parent_provider": parent, "upload_key": upload_key})
    if test:
        root.set("test", "true")
    for _, session_lines in groupby(sorted(lines, key=_session), key=_session):
        _add_roster(root, list(session_lines))
    return safe_xml.written(root)


def _session(line: ReportLine) -> tuple[str, str, str]:
    return line.course, line.completed_on.isoformat(), line.publishing or ""


def _add_roster(root: Element, lines: Sequence[ReportLine]) -> None:
    first, roster = lines[0], SubElement(root, "roster")
    _add_text(roster, "id_provider", first.provider)
    _add_text(roster, "provider_course_code" if first.is_own_course else "id_course", first.course)
    _add_text(roster, "id_publishing", first.publishing or "")
    _add_text(roster, "end_date", numeric_date(first.completed_on))
    attendees = SubElement(roster, "attendees")
    for line in lines:
        _add_attendee(attendees, line)


def _add_attendee(attendees: Element, line: ReportLine) -> None:
    if line.name_parts is None:
        raise ValueError(f"the parts of the name {line.name} are not on record")
    attendee = SubElement(attendees, "attendee")
    _add_text(attendee, "licensee_profession", line.profession)
    _add_text(attendee, "license", line.license)
    _add_text(attendee, "cebroker_state", line.state)
    _add_text(attendee, "first_name", line.name_parts.given)
    _add_text(attendee, "last_name", line.name_parts.family)
    _add_text(attendee, "date_completed", numeric_date(line.completed_on))
    if line.credits:
        parts = SubElement(attendee, "partial_credits")
        for area, hours in line.credits:
            part = SubElement(parts, "partial_credit")
            _add_text(part, "cd_profession", line.profession)
            _add_text(part, "cd_subject_area", area)
            _add_text(part, "partial_credit_hours", f"{float(hours):g}")


def _add_text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = text
