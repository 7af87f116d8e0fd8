"""The figures of cross-sections: complete, labeled, described in words and never to scale without a source."""

import itertools
import re
import xml.etree.ElementTree as ET

import pytest

from course.content.figures import cross_section_svg
from course.content.figures.cross_section import Placement
from course.content.figures.cross_section_in_words import describe
from course.platform.config import ROOT
from tests.content.figures import sections

SECTIONS = sections(ROOT / "modules/figures")
REQUIRED = {
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


def test_the_ten_required_cross_sections_exist_and_are_shown(catalog):
    assert SECTIONS.keys() >= REQUIRED
    shown = "".join(p for m in catalog.modules.values() for s in m.sections for p in s.parts if isinstance(p, str))
    assert [name for name in REQUIRED if SECTIONS[name].title not in shown] == []


@pytest.mark.parametrize("name", sorted(SECTIONS))
def test_a_figure_is_well_formed_labeled_and_described_from_the_same_data(name):
    section = SECTIONS[name]
    text = cross_section_svg.svg(section)
    svg = ET.fromstring(text)
    words = " ".join(element.text or "" for element in svg.iter("text"))
    for part in section.parts:
        assert part.name.split()[0] in words
        assert part.name in describe(section)
    assert svg.get("aria-label") == describe(section)
    assert "not to scale" in words
    assert "fill=" not in text
    assert "style=" not in text


@pytest.mark.parametrize("name", sorted(SECTIONS))
def test_labels_do_not_overlap(name):
    ys = sorted(
        float(y) for y in re.findall(r'class="f-tag" x="246" y="([\d.]+)"', cross_section_svg.svg(SECTIONS[name]))
    )
    assert all(b - a >= 14 for a, b in itertools.pairwise(ys))


def test_no_figure_is_to_scale_because_no_source_gives_its_depths():
    assert {section.scale for section in SECTIONS.values()} == {"schematic"}


def test_the_needle_of_an_answer_has_handles():
    text = cross_section_svg.svg(SECTIONS["rhomboid"], Placement(entry=40, angle=0, depth=40), handles=True)
    assert text.count("data-shaft") == 2
    assert "data-tip" in text
    assert "not safe" in text
