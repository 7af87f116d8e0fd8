"""Render a cross-section as SVG, with labels or letters, needles and marks."""

import functools
import itertools
import math
import textwrap
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from html import escape

from shapely import LineString, MultiPolygon, Polygon, maximum_inscribed_circle
from shapely import Point as ShapelyPoint

from course.content.figures.cross_section import CrossSection, Layer, Placement, Point, Structure
from course.content.figures.cross_section_in_words import describe
from course.content.figures.needle import judge

# Sizes of the figure are in px; the labels are to the right of the drawing.
DRAWING_LEFT, DRAWING_TOP, DRAWING_WIDTH = 8, 22, 222
LABEL_LEFT, LABEL_LINE_HEIGHT, LABEL_GAP = 246, 15, 4
FIGURE_WIDTH, LETTERED_FIGURE_WIDTH = 360, 272
MIN_LETTER_RADIUS = 9  # free space that a letter needs inside its part
LABEL_CHARACTERS = 16  # per line
OUTLINE_TOLERANCE_MM, CIRCLE_TOLERANCE_MM = 0.04, 0.5
CLASS_OF_ROLE = {"vessel": "artery"}
SIGNS = {"ok": "✓", "danger": "✗"}


@dataclass(frozen=True)
class PartLabel:
    """A label in px: `anchor` is a point of the part, `y` the middle of the first line."""

    lines: tuple[str, ...]
    anchor: Point
    y: float

    @property
    def height(self) -> float:
        """Return the height of all lines in px."""
        return len(self.lines) * LABEL_LINE_HEIGHT


def svg(section: CrossSection, placement: Placement | None = None, *, handles: bool = False, bare: bool = False) -> str:
    """Return the figure with the given needle, or with the section's own needles.

    `handles` lets a script drag the needle. `bare` leaves the needles out of the description in words.
    """
    scale = DRAWING_WIDTH / section.width
    picture, height = _picture(section)
    needles = [placement] if placement else section.needles
    data = ""
    if handles and placement:
        skin = " ".join(f"{x:.1f},{y:.2f}" for x, y in section.skin)
        data = f' data-needle-area="{scale:.4f} {DRAWING_LEFT} {DRAWING_TOP} {section.width:g}" data-skin="{skin}"'
        over = "".join(_handles(section, placement, scale))
    else:
        over = "".join(_needle(section, one, scale) for one in needles)
    return _svg(FIGURE_WIDTH, height, describe(section, placement, bare=bare), picture + over, data)


def lettered(section: CrossSection, letters: Mapping[str, str], chosen: str | None = None) -> str:
    """Return the figure with letters by part id instead of names and colors, which would give the answer away.

    A script finds a part and its letter by `data-choice`. The `chosen` part is marked.
    """
    scale = DRAWING_WIDTH / section.width
    bottom = DRAWING_TOP + section.height * scale
    inner = {part_id: spot for part_id in letters if (spot := _letter_spot(section, part_id, scale))}
    labels = _labels(section, scale, {part_id: letter for part_id, letter in letters.items() if part_id not in inner})
    inside = [
        *(_tinted(section, part.id, scale, n, letters.get(part.id), chosen) for n, part in enumerate(section.parts)),
        *(f'<g data-choice="{label.lines[0]}">{_label(label)}</g>' for label in labels),
        *(
            f'<text class="f-sign" x="{x:.1f}" y="{y + 5:.1f}">{letters[part_id]}</text>'
            for part_id, (x, y) in inner.items()
        ),
        *_frame(section, scale, bottom),
    ]
    words = f"{section.plane}. Left: {section.left}. Right: {section.right}. Each part has a letter, described below."
    return _svg(LETTERED_FIGURE_WIDTH, _height(bottom, labels), words, "".join(inside))


def marked(section: CrossSection, right: Collection[str], chosen: str | None = None) -> str:
    """Return the figure with names, a check mark in each correct part and a cross in an incorrect `chosen` part."""
    scale = DRAWING_WIDTH / section.width
    picture, height = _picture(section)
    signs = dict.fromkeys(right, "ok") | ({} if chosen is None or chosen in right else {chosen: "danger"})
    over = "".join(_sign(section, part_id, scale, kind) for part_id, kind in signs.items())
    return _svg(FIGURE_WIDTH, height, describe(section, bare=True), picture + over)


def _svg(width: float, height: float, words: str, inside: str, data: str = "") -> str:
    return (
        f'<svg viewBox="0 0 {width} {height:.0f}" role="img" aria-label="{escape(words)}" '
        f'class="drawing" focusable="false"{data}>{inside}</svg>'
    )


@functools.lru_cache(maxsize=64)
def _picture(section: CrossSection) -> tuple[str, float]:
    """Return shapes, labels and frame, which do not depend on a needle, and their height in px."""
    scale = DRAWING_WIDTH / section.width
    bottom = DRAWING_TOP + section.height * scale
    labels = _labels(section, scale, {part.id: part.name for part in section.parts})
    inside = [
        *(_shape(section, part, scale) for part in section.parts),
        *(_label(label) for label in labels),
        *_frame(section, scale, bottom),
    ]
    return "".join(inside), _height(bottom, labels)


def _height(bottom: float, labels: list[PartLabel]) -> float:
    return max(bottom + 42, max((label.y + label.height for label in labels), default=0) + 4)


def _px(point: Point, scale: float) -> Point:
    return DRAWING_LEFT + point[0] * scale, DRAWING_TOP + point[1] * scale


def _shape(section: CrossSection, part: Layer | Structure, scale: float) -> str:
    paint = part.paint or CLASS_OF_ROLE.get(part.role, part.role)
    return f'<path class="f-{paint} f-edge" fill-rule="evenodd" d="{_outline(section, part.id, scale)}"/>'


def _tinted(
    section: CrossSection, part_id: str, scale: float, number: int, letter: str | None, chosen: str | None
) -> str:
    """Return a part in one of two alternating tints, which carry no meaning."""
    data = f' data-choice="{letter}"' if letter else ""
    data += ' data-chosen=""' if part_id == chosen else ""
    path = f'fill-rule="evenodd" d="{_outline(section, part_id, scale)}"'
    return f'<path class="f-part{" f-part-2" if number % 2 else ""}"{data} {path}/>'


def _sign(section: CrossSection, part_id: str, scale: float, kind: str) -> str:
    x, y = _px(_spot(section, part_id), scale)
    return (
        f'<path class="f-{kind}" d="{_outline(section, part_id, scale)}"/>'
        f'<circle class="f-disc" cx="{x:.1f}" cy="{y:.1f}" r="9"/>'
        f'<text class="f-sign f-sign-{kind}" x="{x:.1f}" y="{y + 5:.1f}">{SIGNS[kind]}</text>'
    )


def _letter_spot(section: CrossSection, part_id: str, scale: float) -> Point | None:
    """Return the center of the part's largest inscribed circle in px, or None if a letter does not fit in it."""
    shape = section.visible[part_id]
    seen = MultiPolygon([one for one in getattr(shape, "geoms", [shape]) if isinstance(one, Polygon)])
    radius = maximum_inscribed_circle(seen, tolerance=CIRCLE_TOLERANCE_MM)
    x, y = radius.coords[0]
    return _px((x, y), scale) if radius.length * scale >= MIN_LETTER_RADIUS else None


def _spot(section: CrossSection, part_id: str) -> Point:
    spot: ShapelyPoint = section.visible[part_id].representative_point()
    return spot.x, spot.y


def _outline(section: CrossSection, part_id: str, scale: float) -> str:
    """Return the visible area of a part as path data."""
    d = ""
    shape = section.visible[part_id].simplify(OUTLINE_TOLERANCE_MM)  # smaller pages; off by at most a tenth of a px
    for polygon in getattr(shape, "geoms", [shape]):
        for ring in (polygon.exterior, *polygon.interiors) if isinstance(polygon, Polygon) else ():
            spots = [_px((x, y), scale) for x, y in ring.coords]
            d += "M" + " ".join(f"{x:.1f} {y:.1f}" for x, y in spots) + "Z"
    return d


def _labels(section: CrossSection, scale: float, names: Mapping[str, str]) -> list[PartLabel]:
    """Return a label for each name, sorted from top to bottom, without overlaps.

    If several parts share a name, the label points to the one nearest to the labels.
    """
    spots: dict[str, Point] = {}
    for part in section.parts:
        at, name = _anchor(section, part), names.get(part.id)
        if name and at is not None and at[0] >= spots.get(name, at)[0]:
            spots[name] = at
    found = [(tuple(textwrap.wrap(name, LABEL_CHARACTERS)), _px(at, scale)) for name, at in spots.items()]
    found.sort(key=lambda pair: pair[1][1])
    labels: list[PartLabel] = []
    free = 12.0
    for lines, anchor in found:
        y = max(free, anchor[1] - (len(lines) - 1) * LABEL_LINE_HEIGHT / 2)
        labels.append(PartLabel(lines, anchor, y))
        free = y + len(lines) * LABEL_LINE_HEIGHT + LABEL_GAP
    return _moved_up(labels, DRAWING_TOP + section.height * scale + 30)


def _moved_up(labels: list[PartLabel], bottom: float) -> list[PartLabel]:
    """Return the labels moved up so that the last one ends above `bottom`, or unchanged if there is no space."""
    moved: list[PartLabel] = []
    limit = bottom
    for label in reversed(labels):
        y = max(12.0, min(label.y, limit - label.height))
        moved.append(PartLabel(label.lines, label.anchor, y))
        limit = y - LABEL_GAP
    moved.reverse()
    fits = all(a.y + a.height + LABEL_GAP <= b.y + 0.5 for a, b in itertools.pairwise(moved))
    return moved if fits else labels


def _anchor(section: CrossSection, part: Layer | Structure) -> Point | None:
    """Return a visible point of the part, near the labels if the part is a layer. None if nothing is visible."""
    shape = section.visible[part.id]
    if shape.is_empty:
        return None
    if isinstance(part, Layer):
        upright = LineString([(section.width * 0.96, 0), (section.width * 0.96, section.height)])
        crossing = upright.intersection(shape)
        if not crossing.is_empty:
            longest = max(getattr(crossing, "geoms", [crossing]), key=lambda piece: piece.length)
            middle = longest.interpolate(0.5, normalized=True)
            return middle.x, middle.y
    return _spot(section, part.id)


def _label(label: PartLabel) -> str:
    x, y = label.anchor
    middle = label.y + (len(label.lines) - 1) * LABEL_LINE_HEIGHT / 2
    text = "".join(
        f'<text class="f-tag" x="{LABEL_LEFT}" y="{label.y + n * LABEL_LINE_HEIGHT + 4.5:.1f}">{escape(line)}</text>'
        for n, line in enumerate(label.lines)
    )
    return (
        f'<path class="f-leader" d="M{x:.1f} {y:.1f}L{LABEL_LEFT - 12} {middle:.1f}H{LABEL_LEFT - 4}"/>'
        f'<circle class="f-dot" cx="{x:.1f}" cy="{y:.1f}" r="2"/>{text}'
    )


def _ends(section: CrossSection, placement: Placement, depth: float, scale: float) -> tuple[Point, Point, Point]:
    """Return the needle's upper end outside the skin, its entry point and its tip, in px."""
    x, y, slant = placement.entry, section.surface_at(placement.entry), math.radians(placement.angle)
    along = [(x + r * math.sin(slant), y + r * math.cos(slant)) for r in (-16 / scale, 0, depth)]
    return _px(along[0], scale), _px(along[1], scale), _px(along[2], scale)


def _needle(section: CrossSection, placement: Placement, scale: float) -> str:
    verdict = judge(section, placement)
    top, _, tip = _ends(section, placement, verdict.depth, scale)
    mark = "ok" if verdict.safe else "danger"
    sign = "✓" if verdict.safe else "✗"
    return (
        f'<path class="f-halo" d="M{top[0]:.1f} {top[1]:.1f}L{tip[0]:.1f} {tip[1]:.1f}"/>'
        f'<path class="f-needle" d="M{top[0]:.1f} {top[1]:.1f}L{tip[0]:.1f} {tip[1]:.1f}"/>'
        f'<circle class="f-{mark}" cx="{tip[0]:.1f}" cy="{tip[1]:.1f}" r="3.5"/>'
        f'<text class="f-sign f-sign-{mark}" x="{top[0]:.1f}" y="{max(12, top[1] - 3):.1f}">{sign}</text>'
    )


def _handles(section: CrossSection, placement: Placement, scale: float) -> Iterator[str]:
    top, entry, tip = _ends(section, placement, placement.depth, scale)
    for name in ("f-halo", "f-needle"):
        ends = f'x1="{top[0]:.1f}" y1="{top[1]:.1f}" x2="{tip[0]:.1f}" y2="{tip[1]:.1f}"'
        yield f'<line class="{name}" data-shaft="" {ends}/>'
    yield f'<circle class="f-handle" data-entry="" cx="{entry[0]:.1f}" cy="{entry[1]:.1f}" r="9"/>'
    yield f'<circle class="f-handle" data-tip="" cx="{tip[0]:.1f}" cy="{tip[1]:.1f}" r="9"/>'


def _frame(section: CrossSection, scale: float, bottom: float) -> Iterator[str]:
    bar = 10 * scale
    words = "10 mm as drawn; not to scale" if section.scale == "schematic" else "10 mm"
    size = f'width="{DRAWING_WIDTH}" height="{bottom - DRAWING_TOP:.1f}"'
    yield f'<rect class="f-frame" x="{DRAWING_LEFT}" y="{DRAWING_TOP}" {size}/>'
    yield f'<text class="f-tag f-quiet" x="{DRAWING_LEFT}" y="{bottom + 15:.1f}">← {escape(section.left)}</text>'
    right = f'text-anchor="end" x="{DRAWING_LEFT + DRAWING_WIDTH}" y="{bottom + 15:.1f}"'
    yield f'<text class="f-tag f-quiet" {right}>{escape(section.right)} →</text>'
    yield f'<path class="f-line" d="M{DRAWING_LEFT} {bottom + 26:.1f}v6h{bar:.1f}v-6"/>'
    yield f'<text class="f-tag f-quiet" x="{DRAWING_LEFT + bar + 6:.1f}" y="{bottom + 34:.1f}">{words}</text>'
