"""A cross-section -> its SVG and its description in words, both from the same data."""

import functools
import itertools
import math
import textwrap
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from html import escape

from shapely import LineString, MultiPolygon, Polygon, maximum_inscribed_circle
from shapely import Point as Spot

from course.content.figures.cross_section import CrossSection, Layer, Placement, Point, Structure
from course.content.figures.needle import NeedleVerdict, judge

LEFT, TOP, WIDE = 8, 22, 222  # px: where the drawing begins, and its width; the labels stand to its right
LABELS, TOTAL = 246, 360
NARROW = 272  # px: the width where labels are letters
ROOM = 9  # px around a letter in its part
LINE, GAP = 15, 4  # px: a line of a label, and the gap between two labels
CHARACTERS = 16
FINE, COARSE = 0.04, 0.5  # mm
CLASS = {"vessel": "artery"}
SIGNS = {"ok": "✓", "danger": "✗"}


@dataclass(frozen=True)
class Label:
    lines: tuple[str, ...]
    anchor: Point  # px
    y: float  # px, of the first line's middle

    @property
    def tall(self) -> float:
        return len(self.lines) * LINE


def svg(section: CrossSection, placement: Placement | None = None, *, handles: bool = False, bare: bool = False) -> str:
    """The figure. With a placement it shows that needle; with `handles` the needle can be dragged by a script.

    `bare`: the description for those who can't see it says nothing of needles.
    """
    scale = WIDE / section.width
    picture, tall = _picture(section)
    needles = [placement] if placement else section.needles
    data = ""
    if handles and placement:
        skin = " ".join(f"{x:.1f},{y:.2f}" for x, y in section.skin)
        data = f' data-needle-area="{scale:.4f} {LEFT} {TOP} {section.width:g}" data-skin="{skin}"'
        over = "".join(_handles(section, placement, scale))
    else:
        over = "".join(_needle(section, one, scale) for one in needles)
    return _svg(TOTAL, tall, describe(section, placement, bare=bare), picture + over, data)


def lettered(section: CrossSection, letters: Mapping[str, str], chosen: str | None = None) -> str:
    """The figure with letters, by the id of the part, and neither names nor colors, which would say what is what.

    A script finds a part and its letter by `data-choice`; the `chosen` part is marked.
    """
    scale = WIDE / section.width
    bottom = TOP + section.height * scale
    roomy = {part_id: spot for part_id in letters if (spot := _room(section, part_id, scale))}
    labels = _labels(section, scale, {part_id: letter for part_id, letter in letters.items() if part_id not in roomy})
    inside = [
        *(_plain(section, part.id, scale, n, letters.get(part.id), chosen) for n, part in enumerate(section.parts)),
        *(f'<g data-choice="{label.lines[0]}">{_label(label)}</g>' for label in labels),
        *(
            f'<text class="f-sign" x="{x:.1f}" y="{y + 5:.1f}">{letters[part_id]}</text>'
            for part_id, (x, y) in roomy.items()
        ),
        *_frame(section, scale, bottom),
    ]
    words = (
        f"{section.plane}; left is {section.left}, right is {section.right}. The parts have letters, described below."
    )
    return _svg(NARROW, _tall(bottom, labels), words, "".join(inside))


def marked(section: CrossSection, right: Collection[str], chosen: str | None = None) -> str:
    """The figure with names, and with a sign in each part that is right and in the one that was chosen."""
    scale = WIDE / section.width
    picture, tall = _picture(section)
    signs = dict.fromkeys(right, "ok") | ({} if chosen is None or chosen in right else {chosen: "danger"})
    over = "".join(_sign(section, part_id, scale, kind) for part_id, kind in signs.items())
    return _svg(TOTAL, tall, describe(section, bare=True), picture + over)


def _svg(wide: float, tall: float, words: str, inside: str, data: str = "") -> str:
    return (
        f'<svg viewBox="0 0 {wide} {tall:.0f}" role="img" aria-label="{escape(words)}" '
        f'class="drawing" focusable="false"{data}>{inside}</svg>'
    )


@functools.lru_cache(maxsize=64)
def _picture(section: CrossSection) -> tuple[str, float]:
    """Shapes, labels and frame, which no needle changes; and how tall they are in px."""
    scale = WIDE / section.width
    bottom = TOP + section.height * scale
    labels = _labels(section, scale, {part.id: part.name for part in section.parts})
    inside = [
        *(_shape(section, part, scale) for part in section.parts),
        *(_label(label) for label in labels),
        *_frame(section, scale, bottom),
    ]
    return "".join(inside), _tall(bottom, labels)


def _tall(bottom: float, labels: list[Label]) -> float:
    return max(bottom + 42, max((label.y + label.tall for label in labels), default=0) + 4)


def describe(section: CrossSection, placement: Placement | None = None, *, bare: bool = False) -> str:
    """What the figure shows, for someone who cannot see it; `bare` without its needles."""
    layers = ", ".join(_named(layer) for layer in section.layers)
    inside = "; ".join(_named(structure) for structure in section.structures)
    told = f"{section.title}. {section.plane}; left is {section.left}, right is {section.right}. "
    told += f"From the skin inward: {layers}. "
    told += f"Within: {inside}. " if inside else ""
    told += "Schematic, not to scale." if section.scale == "schematic" else "Drawn to scale."
    needles = [placement] if placement else section.needles
    for n, one in enumerate(() if bare else needles, start=1):
        told += f" Needle {n}: {path_in_words(judge(section, one))}"
    return told


def path_in_words(verdict: NeedleVerdict) -> str:
    passed = ", ".join(dict.fromkeys(passage.part.name for passage in verdict.passages))
    tip = verdict.tip.name if verdict.tip else "outside the drawing"
    return f"passes {passed or 'nothing'}; tip {'on' if verdict.on_bone else 'in'} {tip}; {_judged(verdict)}."


def _judged(verdict: NeedleVerdict) -> str:
    return "safe" if verdict.safe else "not safe"


def _named(part: Layer | Structure) -> str:
    if part.role == "target":
        return f"{part.name} (the target)"
    return part.name


def _px(point: Point, scale: float) -> Point:
    return LEFT + point[0] * scale, TOP + point[1] * scale


def _shape(section: CrossSection, part: Layer | Structure, scale: float) -> str:
    paint = part.paint or CLASS.get(part.role, part.role)
    return f'<path class="f-{paint} f-edge" fill-rule="evenodd" d="{_outline(section, part.id, scale)}"/>'


def _plain(
    section: CrossSection, part_id: str, scale: float, number: int, letter: str | None, chosen: str | None
) -> str:
    """A part in one of two tints that alternate and mean nothing."""
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


def _room(section: CrossSection, part_id: str, scale: float) -> Point | None:
    """The middle of the widest place of a part, in px, if a letter has room there."""
    shape = section.visible[part_id]
    seen = MultiPolygon([one for one in getattr(shape, "geoms", [shape]) if isinstance(one, Polygon)])
    radius = maximum_inscribed_circle(seen, tolerance=COARSE)
    x, y = radius.coords[0]
    return _px((x, y), scale) if radius.length * scale >= ROOM else None


def _spot(section: CrossSection, part_id: str) -> Point:
    spot: Spot = section.visible[part_id].representative_point()
    return spot.x, spot.y


def _outline(section: CrossSection, part_id: str, scale: float) -> str:
    """What is seen of a part, as the data of a path."""
    d = ""
    shape = section.visible[part_id].simplify(FINE)  # keeps pages light; a tenth of a pixel off at most
    for polygon in getattr(shape, "geoms", [shape]):
        for ring in (polygon.exterior, *polygon.interiors) if isinstance(polygon, Polygon) else ():
            spots = [_px((x, y), scale) for x, y in ring.coords]
            d += "M" + " ".join(f"{x:.1f} {y:.1f}" for x, y in spots) + "Z"
    return d


def _labels(section: CrossSection, scale: float, names: Mapping[str, str]) -> list[Label]:
    """One beside each part that has a name, in the order of the parts' height, none over another."""
    spots: dict[str, Point] = {}  # of several parts of one name, the one nearest to the labels
    for part in section.parts:
        at, name = _anchor(section, part), names.get(part.id)
        if name and at is not None and at[0] >= spots.get(name, at)[0]:
            spots[name] = at
    found = [(tuple(textwrap.wrap(name, CHARACTERS)), _px(at, scale)) for name, at in spots.items()]
    found.sort(key=lambda pair: pair[1][1])
    labels: list[Label] = []
    free = 12.0
    for lines, anchor in found:
        y = max(free, anchor[1] - (len(lines) - 1) * LINE / 2)
        labels.append(Label(lines, anchor, y))
        free = y + len(lines) * LINE + GAP
    return _lifted(labels, TOP + section.height * scale + 30)


def _lifted(labels: list[Label], bottom: float) -> list[Label]:
    """Moved up from the end so that the last one stays above `bottom`, where there is room."""
    moved: list[Label] = []
    limit = bottom
    for label in reversed(labels):
        y = max(12.0, min(label.y, limit - label.tall))
        moved.append(Label(label.lines, label.anchor, y))
        limit = y - GAP
    moved.reverse()
    fits = all(a.y + a.tall + GAP <= b.y + 0.5 for a, b in itertools.pairwise(moved))
    return moved if fits else labels


def _anchor(section: CrossSection, part: Layer | Structure) -> Point | None:
    """A point that is seen to belong to the part, towards the labels' side."""
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


def _label(label: Label) -> str:
    x, y = label.anchor
    middle = label.y + (len(label.lines) - 1) * LINE / 2
    text = "".join(
        f'<text class="f-tag" x="{LABELS}" y="{label.y + n * LINE + 4.5:.1f}">{escape(line)}</text>'
        for n, line in enumerate(label.lines)
    )
    return (
        f'<path class="f-leader" d="M{x:.1f} {y:.1f}L{LABELS - 12} {middle:.1f}H{LABELS - 4}"/>'
        f'<circle class="f-dot" cx="{x:.1f}" cy="{y:.1f}" r="2"/>{text}'
    )


def _ends(section: CrossSection, placement: Placement, depth: float, scale: float) -> tuple[Point, Point, Point]:
    """The needle's upper end outside the skin, its entry and its tip, in px."""
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
    yield f'<rect class="f-frame" x="{LEFT}" y="{TOP}" width="{WIDE}" height="{bottom - TOP:.1f}"/>'
    yield f'<text class="f-tag f-quiet" x="{LEFT}" y="{bottom + 15:.1f}">← {escape(section.left)}</text>'
    right = f'text-anchor="end" x="{LEFT + WIDE}" y="{bottom + 15:.1f}"'
    yield f'<text class="f-tag f-quiet" {right}>{escape(section.right)} →</text>'
    yield f'<path class="f-line" d="M{LEFT} {bottom + 26:.1f}v6h{bar:.1f}v-6"/>'
    yield f'<text class="f-tag f-quiet" x="{LEFT + bar + 6:.1f}" y="{bottom + 34:.1f}">{words}</text>'
