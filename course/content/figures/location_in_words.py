"""Where a part of a cross-section lies, in words that don't name it: what is seen, for those who can't see it. Pure."""

from statistics import median

from shapely import LineString
from shapely.geometry.base import BaseGeometry

from course.content.figures.cross_section import CrossSection

COLUMNS = 20  # upright lines by which a band is measured
WHOLE = 0.9  # of the width: what is wider counts as a band


def whereabouts(section: CrossSection, part_id: str) -> str:
    """For example `a band across the whole width, from 9 to 15 mm under the surface`."""
    shape = section.visible[part_id]
    left, top, right, bottom = shape.bounds
    if right - left >= WHOLE * section.width:
        start, end = _depths(section, shape)
        return f"a band across the whole width, from {start:.0f} to {end:.0f} mm under the surface"
    wide, high = right - left, bottom - top
    x, y = shape.centroid.x, shape.centroid.y
    deep = y - section.surface_at(x)
    return (
        f"{_form(wide / high)} {wide:.0f} mm wide and {high:.0f} mm high, its middle {deep:.0f} mm under the surface "
        f"and {x:.0f} mm from the left"
    )


def _form(ratio: float) -> str:
    if ratio > 1.5:
        return "a flat shape"
    return "an upright shape" if ratio < 1 / 1.5 else "a round shape"


def _depths(section: CrossSection, shape: BaseGeometry) -> tuple[float, float]:
    """From where to where the band reaches under the surface in most of its width, in mm."""
    found = []
    for n in range(1, COLUMNS):
        x = section.width * n / COLUMNS
        crossing = LineString([(x, 0), (x, section.height)]).intersection(shape)
        if not crossing.is_empty:
            _, top, _, bottom = crossing.bounds
            found.append((top - section.surface_at(x), bottom - section.surface_at(x)))
    return median(top for top, _ in found), median(bottom for _, bottom in found)
