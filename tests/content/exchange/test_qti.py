"""QTI files and packages: their schema, and edits and parts that are not ours."""

import io
import zipfile
from xml.etree import ElementTree

import pytest

from course.content.exchange import FORMATS, qti
from tests.content.exchange.banks import MULTIPLE, SINGLE, bank_of, losses


def test_other_interactions_and_resources_of_a_package_are_reported():
    data = io.BytesIO()
    manifest = """<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1"><resources>
      <resource identifier="T" type="imsqti_test_xmlv2p2" href="test.xml"/>
      <resource identifier="I" type="imsqti_item_xmlv2p2" href="order.xml"/>
      <resource identifier="L" type="imsqti_item_xmlv2p2" href="../lost.xml"/></resources></manifest>"""
    with zipfile.ZipFile(data, "w") as package:
        package.writestr("imsmanifest.xml", manifest)
        package.writestr(
            "order.xml", '<assessmentItem identifier="o"><itemBody><orderInteraction/></itemBody></assessmentItem>'
        )
    assert losses(FORMATS["qti-2.2"].read(data.getvalue())) == [
        "T: the whole resource: it has the type imsqti_test_xmlv2p2, not that of an item",
        "o: the whole item: it has orderInteraction, but only items with one choiceInteraction can be read",
        "L: the whole item: the package has no file ../lost.xml",
    ]


def test_our_qti_file_edited_by_another_tool_loses_nothing_silently():
    data = io.BytesIO(FORMATS["qti-2.2"].write(bank_of([SINGLE])).data)
    xml = zipfile.ZipFile(data).read("items/item-1.xml")
    xml = xml.replace(b"Which one?", b'Which <em>one</em>? <span>Really</span> <img src="x.png"/>')
    imported = FORMATS["qti-2.2"].read(xml)
    assert imported.items[0]["stem"] == "Which *one*? Really"
    assert losses(imported) == ["item-1: the picture x.png"]


# The order of the elements that are used here, from the schemas imsqti_v2p2p4.xsd and imsqti_asiv3p0_v1p0.xsd.
ORDER = {
    "assessmentItem": ["responseDeclaration", "outcomeDeclaration", "itemBody", "responseProcessing", "modalFeedback"],
    "responseDeclaration": ["correctResponse", "mapping"],
    "choiceInteraction": ["prompt", "simpleChoice"],
}
SINCE_V3 = {"modalFeedback": ["contentBody"]}


@pytest.mark.parametrize("version", [qti.V2, qti.V3], ids=lambda version: version.name)
def test_qti_has_the_element_order_and_names_of_its_schema(version):
    bank = bank_of(
        [SINGLE | {"case": "c"}, MULTIPLE | {"case": "c", "rationale": "One.\n\nTwo. [@R1]"}], {"c": "Someone."}
    )
    package = zipfile.ZipFile(io.BytesIO(FORMATS[f"qti-{version.name}"].write(bank).data))
    assert package.namelist() == ["imsmanifest.xml", "items/item-1.xml", "items/item-2.xml"]
    for name in package.namelist()[1:]:
        root = ElementTree.fromstring(package.read(name))
        assert root.tag.startswith(f"{{{version.namespace}}}")
        names = [element.tag.rpartition("}")[2] for element in root.iter()]
        ours = [one for one in names if one not in ("div", "p", "strong", "em")]
        assert all(one.startswith("qti-") and one.islower() for one in ours) == (version is qti.V3)
        qti.to_v2(root)
        for element in root.iter():
            order = (ORDER | SINCE_V3 if version is qti.V3 else ORDER).get(element.tag)
            places = [order.index(child.tag) for child in element] if order else []
            assert places == sorted(places)
