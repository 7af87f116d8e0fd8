"""A needle on a cross-section: what it passes, where its tip lies, and whether that is safe and why. Pure."""

import math
from dataclasses import dataclass

from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry

from course.content.figures.cross_section import DANGERS, CrossSection, Layer, Placement, Structure

TOUCH = 1e-6  # mm


@dataclass(frozen=True)
class Passage:
    """A part that the needle lies in, from one depth along the needle to another, in mm."""

    part: Layer | Structure
    start: float
    end: float


@dataclass(frozen=True)
class NeedleVerdict:
    """`tip` is the part in which the tip lies, None outside the drawing; `depth` ends at bone if bone is met first."""

    passages: tuple[Passage, ...]
    tip: Layer | Structure | None
    depth: float
    on_bone: bool
    reached: bool
    safe: bool
    reasons: tuple[str, ...]

    @property
    def right(self) -> bool:
        return self.reached and self.safe


def judge(section: CrossSection, placement: Placement) -> NeedleVerdict:
    """What the placement means. Safe: no vessel, nerve, pleura or organ is passed or nearer than the section's
    `clearance`, and none lies within its `overshoot` beyond the tip unless bone that is a backstop comes first."""
    bone = min(_first_bone(section, placement, backstop=backstop) for backstop in (True, False))
    on_bone = placement.depth >= bone
    depth = min(placement.depth, bone)
    path = _line(section, placement, 0, depth)
    passages = _passages(section, path)
    tip = _part_at(section, path, on_bone)
    reached = any(p.part.role == "target" for p in passages) and tip is not None and tip.role in ("target", "bone")
    passed = any(passage.part.role in DANGERS for passage in passages)
    reasons = (*_met(section, path, passages), *(() if passed else _beyond(section, placement, depth)))
    return NeedleVerdict(passages, tip, depth, on_bone, reached, not reasons and tip is not None, reasons)


def require_right(section: CrossSection, answer: Placement) -> None:
    """Raises ValueError where the answer that a file gives is not right."""
    if not (verdict := judge(section, answer)).right:
        raise ValueError(f"`answer` is not right: {' '.join(verdict.reasons) or 'it misses the target'}")


def _line(section: CrossSection, placement: Placement, start: float, end: float) -> LineString:
    x, y, slant = placement.entry, section.surface_at(placement.entry), math.radians(placement.angle)
    return LineString([(x + along * math.sin(slant), y + along * math.cos(slant)) for along in (start, end)])


def _first_bone(section: CrossSection, placement: Placement, *, backstop: bool) -> float:
    """How far along the needle bone of that kind is met, in mm; infinite where there is none."""
    path = _line(section, placement, 0, section.width + section.height)
    start = Point(path.coords[0])
    bones = [part for part in section.parts if part.role == "bone" and getattr(part, "backstop", True) == backstop]
    met = [path.intersection(section.visible[bone.id]) for bone in bones]
    return min((start.distance(crossing) for crossing in met if not crossing.is_empty), default=math.inf)


def _passages(section: CrossSection, path: LineString) -> tuple[Passage, ...]:
    start = Point(path.coords[0])
    found = []
    for part in section.parts:
        for piece in _pieces(path.intersection(section.visible[part.id])):
            ends = sorted(start.distance(Point(end)) for end in (piece.coords[0], piece.coords[-1]))
            found.append(Passage(part, ends[0], ends[1]))
    return tuple(sorted(found, key=lambda passage: passage.start))


def _pieces(crossing: BaseGeometry) -> list[LineString]:
    pieces = getattr(crossing, "geoms", [crossing])
    return [piece for piece in pieces if isinstance(piece, LineString) and piece.length > TOUCH]


def _part_at(section: CrossSection, path: LineString, on_bone: bool) -> Layer | Structure | None:
    tip = Point(path.coords[-1])
    near = [part for part in section.parts if section.visible[part.id].distance(tip) <= TOUCH]
    if on_bone:
        near = [part for part in near if part.role == "bone"] or near
    return near[-1] if near else None


def _met(section: CrossSection, path: LineString, passages: tuple[Passage, ...]) -> list[str]:
    """What the needle itself touches, or comes nearer to than the clearance."""
    through = {passage.part.id for passage in passages}
    reasons = []
    for part in section.parts:
        if part.role not in DANGERS or section.visible[part.id].is_empty:
            continue
        away = path.distance(section.visible[part.id])
        if part.id in through or away <= TOUCH:
            reasons.append(f"It passes into {_the(part)}.")
        elif away < section.clearance:
            reasons.append(f"It comes nearer than {section.clearance:g} mm to {_the(part)}.")
    return reasons


def _beyond(section: CrossSection, placement: Placement, depth: float) -> list[str]:
    """What a needle that slips further would meet before a backstop. A rib counts as if it were missed."""
    slip = min(depth + section.overshoot, _first_bone(section, placement, backstop=True))
    if slip <= depth:
        return []
    met = [p for p in _passages(section, _line(section, placement, depth, slip)) if p.part.role in DANGERS]
    if not met and _first_bone(section, placement, backstop=False) <= slip:
        return ["Only a rib lies beyond, and a rib that is felt is no backstop to rely on."]
    return [f"Beyond the tip, within {section.overshoot:g} mm, lies {_the(passage.part)}." for passage in met[:1]]


def _the(part: Layer | Structure) -> str:
    name = part.name[0].lower() + part.name[1:] if not part.name[:2].isupper() else part.name
    return name if name.split()[0] in ("the", "a", "an") else f"the {name}"
