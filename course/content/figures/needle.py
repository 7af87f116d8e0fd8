"""Judge a needle on a cross-section: what it passes through, where its tip is, whether it is safe, and why not."""

import math
from dataclasses import dataclass

from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry

from course.content.figures.cross_section import DANGERS, CrossSection, Layer, Placement, Structure

TOUCH_MM = 1e-6


@dataclass(frozen=True)
class Passage:
    """A part that the needle passes through. `start` and `end` are in mm along the needle."""

    part: Layer | Structure
    start: float
    end: float


@dataclass(frozen=True)
class NeedleVerdict:
    """The judgment of a placement.

    `tip` is the part that contains the tip, or None outside the drawing. `depth` is in mm along the needle and ends at
    bone if the needle meets bone first. `reasons` are sentences for the learner that say why it is not safe.
    """

    passages: tuple[Passage, ...]
    tip: Layer | Structure | None
    depth: float
    on_bone: bool
    reached: bool
    safe: bool
    reasons: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Return whether the needle reaches the target safely."""
        return self.reached and self.safe


def judge(section: CrossSection, placement: Placement) -> NeedleVerdict:
    """Return the verdict on a placement.

    A placement is safe if the needle stays at least the section's `clearance` away from every vessel, nerve, pleura
    and organ, and if none of them lies within `overshoot` beyond the tip, unless a bony backstop comes first.
    """
    bone = min(_first_bone(section, placement, backstop=backstop) for backstop in (True, False))
    on_bone = placement.depth >= bone
    depth = min(placement.depth, bone)
    path = _line(section, placement, 0, depth)
    passages = _passages(section, path)
    tip = _part_at(section, path, on_bone)
    reached = any(p.part.role == "target" for p in passages) and tip is not None and tip.role in ("target", "bone")
    passed = any(passage.part.role in DANGERS for passage in passages)
    reasons = (*_too_near(section, path, passages), *(() if passed else _beyond(section, placement, depth)))
    return NeedleVerdict(passages, tip, depth, on_bone, reached, not reasons and tip is not None, reasons)


def require_right(section: CrossSection, answer: Placement) -> None:
    """Raise ValueError if the answer that a file gives is incorrect."""
    if not (verdict := judge(section, answer)).right:
        raise ValueError(f"the `answer` is incorrect: {' '.join(verdict.reasons) or 'The needle misses the target.'}")


def _line(section: CrossSection, placement: Placement, start: float, end: float) -> LineString:
    x, y, slant = placement.entry, section.surface_at(placement.entry), math.radians(placement.angle)
    return LineString([(x + along * math.sin(slant), y + along * math.cos(slant)) for along in (start, end)])


def _first_bone(section: CrossSection, placement: Placement, *, backstop: bool) -> float:
    """Return the distance along the needle to the first bone of this kind, in mm, or infinity if there is none."""
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
    return [piece for piece in pieces if isinstance(piece, LineString) and piece.length > TOUCH_MM]


def _part_at(section: CrossSection, path: LineString, on_bone: bool) -> Layer | Structure | None:
    tip = Point(path.coords[-1])
    near = [part for part in section.parts if section.visible[part.id].distance(tip) <= TOUCH_MM]
    if on_bone:
        near = [part for part in near if part.role == "bone"] or near
    return near[-1] if near else None


def _too_near(section: CrossSection, path: LineString, passages: tuple[Passage, ...]) -> list[str]:
    """Return a sentence for each dangerous part that the needle enters or comes too close to."""
    through = {passage.part.id for passage in passages}
    reasons = []
    for part in section.parts:
        if part.role not in DANGERS or section.visible[part.id].is_empty:
            continue
        distance = path.distance(section.visible[part.id])
        if part.id in through or distance <= TOUCH_MM:
            reasons.append(f"The needle enters {_the(part)}.")
        elif distance < section.clearance:
            reasons.append(f"The needle comes within {section.clearance:g} mm of {_the(part)}.")
    return reasons


def _beyond(section: CrossSection, placement: Placement, depth: float) -> list[str]:
    """Return why a needle that slips beyond its tip would be dangerous, if it would.

    A rib is not a backstop: the needle is judged as if it missed the rib.
    """
    slip = min(depth + section.overshoot, _first_bone(section, placement, backstop=True))
    if slip <= depth:
        return []
    met = [p for p in _passages(section, _line(section, placement, depth, slip)) if p.part.role in DANGERS]
    if not met and _first_bone(section, placement, backstop=False) <= slip:
        return ["Only a rib lies beyond the tip. A rib is not a reliable backstop, even if you can feel it."]
    return [f"{_capitalized(_the(hit.part))} lies within {section.overshoot:g} mm beyond the tip." for hit in met[:1]]


def _the(part: Layer | Structure) -> str:
    name = part.name[0].lower() + part.name[1:] if not part.name[:2].isupper() else part.name
    return name if name.split()[0] in ("the", "a", "an") else f"the {name}"


def _capitalized(words: str) -> str:
    return words[0].upper() + words[1:]
