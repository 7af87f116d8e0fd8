"""Read and write packages of QTI items: a zip file with `imsmanifest.xml`, whose keywords hold our tags.

Sources: https://www.imsglobal.org/content/packaging/cpv1p1p4/imscp_infov1p1p4.html and, for keywords, the learning
object metadata of a resource (`general/keyword`, IEEE 1484.12.3).
"""

import io
import zipfile
import zlib
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

from course.content.exchange import qti, qti_reading, safe_xml
from course.content.exchange.qti import V2, V3, Version
from course.content.exchange.report import (
    MAX_BYTES,
    Exported,
    ImportBuilder,
    Imported,
    UnreadableFile,
    export_each,
    limited,
)
from course.content.schema.bank import Bank

MANIFEST = "imsmanifest.xml"
LOM = "http://ltsc.ieee.org/xsd/LOM"
PACKAGING = {  # by version: namespace, schema name and schema version of the manifest, resource type of an item
    V2.name: ("http://www.imsglobal.org/xsd/imscp_v1p1", "QTIv2.2 Package", "1.0.0", "imsqti_item_xmlv2p2"),
    V3.name: ("http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1", "QTI Package", "3.0.0", "imsqti_item_xmlv3p0"),
}
FIXED_DATE = (1980, 1, 1, 0, 0, 0)  # so that the same bank gives the same bytes
MAX_UNPACKED_BYTES = 5 * MAX_BYTES  # of all files together


def write_v2(bank: Bank) -> Exported:
    """Return the bank as a package of QTI 2.2 items."""
    return _write(bank, V2)


def write_v3(bank: Bank) -> Exported:
    """Return the bank as a package of QTI 3.0 items."""
    return _write(bank, V3)


def _write(bank: Bank, version: Version) -> Exported:
    items, left_out = export_each(bank, lambda item, note: (item.id, *qti.written(item, version, note)))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        files = [(MANIFEST, _manifest(bank.module, version, {id_: keywords for id_, _, keywords in items}))]
        for name, data in [*files, *((f"items/{id_}.xml", xml) for id_, xml, _ in items)]:
            package.writestr(zipfile.ZipInfo(name, FIXED_DATE), data, zipfile.ZIP_DEFLATED)
    return Exported(out.getvalue(), left_out)


def _manifest(name: str, version: Version, items: dict[str, list[str]]) -> bytes:
    namespace, schema, number, type_ = PACKAGING[version.name]
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
    """Return the items of a package or of one XML file, of either version. Raise UnreadableFile if it is neither."""
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
        raise UnreadableFile(f"The package can't be unpacked ({error}). Export it again.") from None
    return reading.done()


def _parsed(data: bytes) -> Element:
    root = safe_xml.parse(data)
    qti.to_v2(root)
    return root


class _Files:
    """The files of a package. No more than MAX_UNPACKED_BYTES are ever unpacked."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        self.package = package
        self.left = MAX_UNPACKED_BYTES

    def xml(self, name: str) -> Element | None:
        """Return the root element of a file, or None if the package does not have it."""
        try:
            if self.package.getinfo(name).compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise UnreadableFile("The package uses an unsupported compression. Zip it again.")
            with self.package.open(name) as file:
                data = file.read(min(MAX_BYTES, self.left) + 1)
        except KeyError:
            return None
        self.left -= len(data)
        if self.left < 0:
            raise UnreadableFile(
                f"The package unpacks to more than {MAX_UNPACKED_BYTES // 1_000_000} MB. Split it into several."
            )
        return _parsed(data)


def _read_package(files: _Files, reading: ImportBuilder) -> None:
    manifest = files.xml(MANIFEST)
    if manifest is None:
        raise UnreadableFile(f"The package has no {MANIFEST}. Export it as an IMS content package.")
    for resource in manifest.iter("resource"):
        href, type_ = resource.get("href", ""), resource.get("type", "")
        if not type_.startswith("imsqti_item_"):
            reading.leave_out(
                resource.get("identifier", "a resource"),
                f"the whole resource: it has the type {type_}, not that of an item",
            )
            continue
        root = files.xml(href)
        if root is None:
            reading.leave_out(resource.get("identifier", "an item"), f"the whole item: the package has no file {href}")
            continue
        keywords = [
            "".join(keyword.itertext()).strip() for keyword in resource.iterfind("metadata/lom/general/keyword")
        ]
        _add(reading, root, keywords)


def _add(reading: ImportBuilder, root: Element, keywords: list[str]) -> None:
    if root.tag != "assessmentItem":
        raise UnreadableFile(f"The file begins with <{root.tag}>, but a QTI item begins with <assessmentItem>.")
    reading.add(qti_reading.name_of(root), lambda note: qti_reading.fields(root, keywords, note))
