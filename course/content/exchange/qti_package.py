"""The content package around QTI items: a zip with `imsmanifest.xml`, whose keywords hold our tags.

Sources: https://www.imsglobal.org/content/packaging/cpv1p1p4/imscp_infov1p1p4.html and, for keywords, the learning
object metadata that a resource may have (`general/keyword`, IEEE 1484.12.3).
"""

import io
import zipfile
import zlib
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from course.content.exchange import qti, qti_reading, safe_xml
from course.content.exchange.qti import V2, V3, Version
from course.content.exchange.report import MAX_BYTES, Exported, ImportBuilder, Imported, UnreadableFile, each, limited
from course.content.schema.bank import Bank

MANIFEST = "imsmanifest.xml"
LOM = "http://ltsc.ieee.org/xsd/LOM"
PACKING = {  # of each version: the manifest's namespace, its schema's name and number, the type of an item
    V2.name: ("http://www.imsglobal.org/xsd/imscp_v1p1", "QTIv2.2 Package", "1.0.0", "imsqti_item_xmlv2p2"),
    V3.name: ("http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1", "QTI Package", "3.0.0", "imsqti_item_xmlv3p0"),
}
DAY = (1980, 1, 1, 0, 0, 0)  # so that the same bank gives the same bytes
MOST_BYTES = 5 * MAX_BYTES  # unpacked, all files together


def write_v2(bank: Bank) -> Exported:
    return _write(bank, V2)


def write_v3(bank: Bank) -> Exported:
    return _write(bank, V3)


def _write(bank: Bank, version: Version) -> Exported:
    items, left_out = each(bank, lambda item, note: (item.id, *qti.written(item, version, note)))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        files = [(MANIFEST, _manifest(bank.module, version, {id_: keywords for id_, _, keywords in items}))]
        for name, data in [*files, *((f"items/{id_}.xml", xml) for id_, xml, _ in items)]:
            package.writestr(zipfile.ZipInfo(name, DAY), data, zipfile.ZIP_DEFLATED)
    return Exported(out.getvalue(), left_out)


def _manifest(name: str, version: Version, items: dict[str, list[str]]) -> bytes:
    namespace, schema, number, type_ = PACKING[version.name]
    root = Element("manifest", xmlns=namespace, identifier=f"bank-{name}")
    metadata = SubElement(root, "metadata")
    SubElement(metadata, "schema").text = schema
    SubElement(metadata, "schemaversion").text = number
    SubElement(root, "organizations")
    resources = SubElement(root, "resources")
    for id_, keywords in items.items():
        href = f"items/{id_}.xml"
        resource = SubElement(resources, "resource", identifier=f"item-{id_}", type=type_, href=href)
        general = SubElement(SubElement(SubElement(resource, "metadata"), "lom", xmlns=LOM), "general")
        for keyword in keywords:
            SubElement(SubElement(general, "keyword"), "string", language="en-US").text = keyword
        SubElement(resource, "file", href=href)
    ElementTree.indent(root)
    return safe_xml.written(root)


def read(data: bytes) -> Imported:
    """A package, or one item as XML, of either version. Raises Unreadable."""
    reading = ImportBuilder()
    if not limited(data).startswith(b"PK"):
        _add(reading, _parsed(data), [])
        return reading.done()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            _read_package(_Files(package), reading)
    except UnreadableFile:
        raise
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise UnreadableFile(f"The package can't be unpacked ({error}); export it anew.") from None
    return reading.done()


def _parsed(data: bytes) -> Element:
    root = safe_xml.parse(data)
    qti.to_v2(root)
    return root


class _Files:
    """The package's files, of which no more than a limit is ever unpacked."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        self.package = package
        self.left = MOST_BYTES

    def xml(self, name: str) -> Element | None:
        try:
            if self.package.getinfo(name).compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise UnreadableFile("The package is compressed in an uncommon way; zip it anew.")
            with self.package.open(name) as file:
                data = file.read(min(MAX_BYTES, self.left) + 1)
        except KeyError:
            return None
        self.left -= len(data)
        if self.left < 0:
            raise UnreadableFile(f"The package holds more than {MOST_BYTES // 1_000_000} MB; split it into several.")
        return _parsed(data)


def _read_package(files: _Files, reading: ImportBuilder) -> None:
    manifest = files.xml(MANIFEST)
    if manifest is None:
        raise UnreadableFile(f"The package has no {MANIFEST}; export it as an IMS content package.")
    for resource in manifest.iter("resource"):
        href, type_ = resource.get("href", ""), resource.get("type", "")
        if not type_.startswith("imsqti_item_"):
            reading.leave(resource.get("identifier", "a resource"), f"left out: it is of type {type_}, not an item")
            continue
        root = files.xml(href)
        if root is None:
            reading.leave(resource.get("identifier", "an item"), f"left out: the package has no file {href}")
            continue
        keywords = [
            "".join(keyword.itertext()).strip() for keyword in resource.iterfind("metadata/lom/general/keyword")
        ]
        _add(reading, root, keywords)


def _add(reading: ImportBuilder, root: Element, keywords: list[str]) -> None:
    if root.tag != "assessmentItem":
        raise UnreadableFile(f"The file begins with <{root.tag}>; a QTI item begins with assessmentItem.")
    reading.add(qti_reading.name_of(root), lambda note: qti_reading.fields(root, keywords, note))
