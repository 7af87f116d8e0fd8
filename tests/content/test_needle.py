"""The verdict on a needle in a cross-section, as properties of any placement."""

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from shapely import LineString, Point

from course.content.figures.cross_section import DANGERS, CrossSection, Placement
from course.content.figures.needle import judge
from course.platform.config import ROOT
from tests.content.figures import sections

SECTIONS = sections(ROOT / "modules/figures")
RHOMBOID = SECTIONS["rhomboid"]
placements = st.builds(
    Placement,
    entry=st.floats(0, 80, allow_subnormal=False),
    angle=st.floats(-80, 80, allow_subnormal=False),
    depth=st.floats(0.5, 80, allow_subnormal=False),
)
any_section = st.sampled_from(list(SECTIONS.values()))


@st.composite
def aimed(draw, roles: frozenset[str]) -> tuple[CrossSection, Placement]:
    """Return a section and a needle whose tip is in a part of one of these roles, unless bone stops it."""
    section = draw(any_section)
    part = draw(st.sampled_from([p for p in section.parts if p.role in roles and not section.visible[p.id].is_empty]))
    left, top, right, bottom = section.visible[part.id].bounds
    x, y = draw(st.floats(left, right)), draw(st.floats(top, bottom))
    assume(section.visible[part.id].contains(Point(x, y)))
    entry = min(section.width, max(0.0, x + draw(st.floats(-15, 15))))
    dx, dy = x - entry, y - section.surface_at(entry)
    assume(dy > 1)
    return section, Placement(entry=entry, angle=math.degrees(math.atan2(dx, dy)), depth=math.hypot(dx, dy))


def line(section: CrossSection, placement: Placement, depth: float) -> LineString:
    x, y, slant = placement.entry, section.surface_at(placement.entry), math.radians(placement.angle)
    return LineString([(x, y), (x + depth * math.sin(slant), y + depth * math.cos(slant))])


def dangers(section: CrossSection):
    return [section.visible[part.id] for part in section.parts if part.role in DANGERS]


@given(any_section, placements)
def test_a_safe_path_keeps_clear_of_every_danger(section, placement):
    verdict = judge(section, placement)
    assume(verdict.safe)
    path = line(section, placement, verdict.depth)
    assert all(path.distance(danger) >= section.clearance - 1e-6 for danger in dangers(section) if not danger.is_empty)


@given(aimed(DANGERS))
def test_a_tip_in_a_dangerous_part_is_never_safe(case):
    section, placement = case
    tip = Point(line(section, placement, judge(section, placement).depth).coords[-1])
    assume(any(danger.contains(tip) for danger in dangers(section)))
    assert not judge(section, placement).safe


@given(aimed(frozenset({"target"})))
def test_a_path_into_the_target_that_is_clear_of_danger_is_safe(case):
    section, placement = case
    verdict = judge(section, placement)
    assume(verdict.tip is not None and verdict.tip.role == "target")
    further = line(section, placement, verdict.depth + section.overshoot)
    assume(all(further.distance(danger) > section.clearance for danger in dangers(section) if not danger.is_empty))
    ribs = [section.visible[p.id] for p in section.parts if p.role == "bone" and not getattr(p, "backstop", True)]
    assume(not any(further.intersects(rib) for rib in ribs))
    assert verdict.right


@given(placements)
def test_advancing_the_tip_into_the_pleura_is_never_safe(placement):
    pleura = RHOMBOID.visible["pleura"]
    whole = line(RHOMBOID, placement, 200)
    assume(whole.intersects(pleura))
    reach = Point(whole.coords[0]).distance(whole.intersection(pleura)) + 0.5
    assert not judge(RHOMBOID, placement.model_copy(update={"depth": reach})).safe


@given(any_section, placements)
def test_passages_are_in_order_and_do_not_overlap(section, placement):
    verdict = judge(section, placement)
    starts = [passage.start for passage in verdict.passages]
    assert starts == sorted(starts)
    assert all(passage.start < passage.end <= verdict.depth + 1e-6 for passage in verdict.passages)
    assert sum(p.end - p.start for p in verdict.passages) <= verdict.depth + 1e-6


@given(any_section, placements)
def test_a_needle_stops_at_bone(section, placement):
    verdict = judge(section, placement)
    path = line(section, placement, max(verdict.depth - 1e-3, 1e-3))
    assert all(path.intersection(section.visible[p.id]).length < 1e-2 for p in section.parts if p.role == "bone")


def test_the_scapula_is_a_backstop_and_a_rib_is_not():
    on_rib = judge(RHOMBOID.model_copy(update={"overshoot": 10}), Placement(entry=18, angle=0, depth=30))
    assert on_rib.on_bone
    assert not on_rib.safe
    assert "not a reliable backstop" in on_rib.reasons[0]
    on_scapula = judge(SECTIONS["infraspinatus"], Placement(entry=54, angle=0, depth=60))
    assert on_scapula.on_bone
    assert on_scapula.right


def test_the_reason_names_the_pleura_just_beyond_the_tip():
    verdict = judge(RHOMBOID, Placement(entry=40, angle=0, depth=30))
    assert verdict.reasons == ("The pleura lies within 20 mm beyond the tip.",)


@pytest.mark.parametrize("name", sorted(SECTIONS))
def test_each_figure_shows_one_safe_and_one_unsafe_needle(name):
    verdicts = [judge(SECTIONS[name], placement) for placement in SECTIONS[name].needles]
    assert [verdict.right for verdict in verdicts] == [True, False]
    assert verdicts[1].reasons
