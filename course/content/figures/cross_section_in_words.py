"""Describe a cross-section in words, for learners who can't see it: the whole figure, or where a part is."""

from statistics import median

from shapely import LineString
from shapely.geometry.base import BaseGeometry

from course.content.figures.cross_section import CrossSection, Layer, Placement, Structure
from course.content.figures.needle import NeedleVerdict, judge

COLUMNS = 20  # the depth of a band is measured on the vertical lines between this many columns
BAND_WIDTH_SHARE = 0.9  # a part at least this wide is described as a band


def describe(section: CrossSection, placement: Placement | None = None, *, bare: bool = False) -> str:
    """Return the figure in words, for learners who can't see it. `bare` leaves the needles out."""
    layers = ", ".join(_named(layer) for layer in section.layers)
    inside = "; ".join(_named(structure) for structure in section.structures)
    words = f"{section.title}. {section.plane}. Left: {section.left}. Right: {section.right}. "
    words += f"Layers from the skin inward: {layers}. "
    words += f"Structures: {inside}. " if inside else ""
    words += "Schematic, not to scale." if section.scale == "schematic" else "Drawn to scale."
    needles = [placement] if placement else section.needles
    for n, one in enumerate(() if bare else needles, start=1):
        words += f" Needle {n} {_path_in_words(judge(section, one))}"
    return words


def _path_in_words(verdict: NeedleVerdict) -> str:
    passed = ", ".join(dict.fromkeys(passage.part.name for passage in verdict.passages))
    tip = f"{'on' if verdict.on_bone else 'in'} {verdict.tip.name}" if verdict.tip else "outside the drawing"
    return f"passes through {passed or 'nothing'}; tip {tip}; {'safe' if verdict.safe else 'not safe'}."


def _named(part: Layer | Structure) -> str:
    if part.role == "target":
        return f"{part.name} (the target)"
    return part.name


def location(section: CrossSection, part_id: str) -> str:
    """Return where a part is, without naming any part (so the skin is "the surface").

    For example `a band across the full width, 9 to 15 mm below the surface`.
    """
    shape = section.visible[part_id]
    left, top, right, bottom = shape.bounds
    if right - left >= BAND_WIDTH_SHARE * section.width:
        start, end = _depths(section, shape)
        return f"a band across the full width, {start:.0f} to {end:.0f} mm below the surface"
    wide, high = right - left, bottom - top
    x, y = shape.centroid.x, shape.centroid.y
    deep = y - section.surface_at(x)
    return (
        f"{_shape(wide / high)}, {wide:.0f} mm wide and {high:.0f} mm high, "
        f"centered {deep:.0f} mm below the surface and {x:.0f} mm from the left edge"
    )


def _shape(ratio: float) -> str:
    if ratio > 1.5:
        return "a flat shape"
    return "an upright shape" if ratio < 1 / 1.5 else "a round shape"


def _depths(section: CrossSection, shape: BaseGeometry) -> tuple[float, float]:
    """Return the median depths of the band's upper and lower edge, in mm below the surface."""
    found = []
    for n in range(1, COLUMNS):
        x = section.width * n / COLUMNS
        crossing = LineString([(x, 0), (x, section.height)]).intersection(shape)
        if not crossing.is_empty:
            _, top, _, bottom = crossing.bounds
            found.append((top - section.surface_at(x), bottom - section.surface_at(x)))
    return median(top for top, _ in found), median(bottom for _, bottom in found)
