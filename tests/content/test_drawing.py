import itertools
import re
import xml.etree.ElementTree as ET

import pytest

from course.content.figures import cross_section_svg
from course.content.figures.cross_section import Placement
from course.platform.config import ROOT
from tests.content.figures import sections

SECTIONS = sections(ROOT / "modules/figures")
NAMED = {
    "upper-trapezius",
    "levator-scapulae",
    "rhomboid",
    "infraspinatus",
    "supraspinatus",
    "cervical-multifidus",
    "lumbar-multifidus",
    "quadratus-lumborum",
    "piriformis",
    "gastrocnemius",
}


def test_the_ten_named_cross_sections_are_there_and_shown(catalog):
    assert SECTIONS.keys() >= NAMED
    shown = "".join(p for m in catalog.modules.values() for s in m.sections for p in s.parts if isinstance(p, str))
    assert [name for name in NAMED if SECTIONS[name].title not in shown] == []


@pytest.mark.parametrize("name", sorted(SECTIONS))
def test_a_drawing_is_well_formed_labelled_and_described_from_the_same_data(name):
    section = SECTIONS[name]
    text = cross_section_svg.svg(section)
    svg = ET.fromstring(text)
    words = " ".join(element.text or "" for element in svg.iter("text"))
    for part in section.parts:
        assert part.name.split()[0] in words
        assert part.name in cross_section_svg.describe(section)
    assert svg.get("aria-label") == cross_section_svg.describe(section)
    assert "not to scale" in words
    assert "fill=" not in text
    assert "style=" not in text


@pytest.mark.parametrize("name", sorted(SECTIONS))
def test_no_label_lies_over_another(name):
    ys = sorted(
        float(y) for y in re.findall(r'class="f-tag" x="246" y="([\d.]+)"', cross_section_svg.svg(SECTIONS[name]))
    )
    assert all(b - a >= 14 for a, b in itertools.pairwise(ys))


def test_a_depth_that_no_source_gives_is_never_drawn_to_scale():
    assert {section.scale for section in SECTIONS.values()} == {"schematic"}


def test_the_needle_of_an_answer_is_drawn_with_handles():
    text = cross_section_svg.svg(SECTIONS["rhomboid"], Placement(entry=40, angle=0, depth=40), handles=True)
    assert text.count("data-shaft") == 2
    assert "data-tip" in text
    assert "not safe" in text
