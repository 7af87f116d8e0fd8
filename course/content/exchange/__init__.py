"""Read and write banks in other formats. Every part that a format can't hold is reported; nothing is guessed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from course.content.exchange import aiken, csv, gift, moodle_xml, qti_package
from course.content.exchange.report import Exported, Imported
from course.content.schema.bank import Bank


@dataclass(frozen=True)
class Format:
    """How a format is read and written. `write` is None if it is only read."""

    read: Callable[[bytes], Imported]
    write: Callable[[Bank], Exported] | None = None


FORMATS: Mapping[str, Format] = {
    "moodle-xml": Format(moodle_xml.read, moodle_xml.write),
    "gift": Format(gift.read, gift.write),
    "aiken": Format(aiken.read),
    "csv": Format(csv.read, csv.write),
    "qti-2.2": Format(qti_package.read, qti_package.write_v2),
    "qti-3.0": Format(qti_package.read, qti_package.write_v3),
}
