"""A cross-section as data: layers and structures as named shapes in millimeters, and the visible area of each."""

from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator
from shapely import Polygon, box
from shapely.geometry.base import BaseGeometry

from course.content.base import Content, Id, ReferenceId, Text

Point = tuple[float, float]
Role = Literal["skin", "fat", "muscle", "target", "bone", "vessel", "nerve", "pleura", "organ"]
DANGERS = frozenset({"vessel", "nerve", "pleura", "organ"})
SEGMENTS_PER_SPAN = 8  # straight segments between two given points of a curve
COS_45 = 0.7071


def curve(points: tuple[Point, ...], *, closed: bool) -> tuple[Point, ...]:
    """Return a smooth Catmull-Rom curve through the points, as straight segments.

    The figure and the verdict on a needle use the same segments.
    """
    count = len(points)
    if count < 3:
        return points
    found: list[Point] = []
    for n in range(count if closed else count - 1):
        p0, p1, p2, p3 = (
            points[(n + k) % count] if closed else points[min(max(n + k, 0), count - 1)] for k in (-1, 0, 1, 2)
        )
        found += [_between(p0, p1, p2, p3, step / SEGMENTS_PER_SPAN) for step in range(SEGMENTS_PER_SPAN)]
    return (*found, points[0] if closed else points[-1])


def _between(p0: Point, p1: Point, p2: Point, p3: Point, t: float) -> Point:
    def along(a: float, b: float, c: float, d: float) -> float:
        return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)

    return along(p0[0], p1[0], p2[0], p3[0]), along(p0[1], p1[1], p2[1], p3[1])


class Layer(Content):
    """A band across the full width. Its lower edge runs through `to`, or lies `thick` mm below its upper edge."""

    id: Id
    name: Text
    role: Role
    paint: Literal["lung", "muscle-2"] | None = None
    thick: float | None = Field(default=None, gt=0)
    to: tuple[Point, ...] = ()

    @model_validator(mode="after")
    def _one_edge(self) -> "Layer":
        if (self.thick is None) == (not self.to):
            raise ValueError("a layer needs either `thick` or `to`, not both")
        return self


class Structure(Content):
    """A closed shape: a smooth outline through `points`, or an `ellipse` given as center x, y and radii x, y.

    `paint` overrides the color of the role. `backstop` is false for bone that can't be relied on to stop a needle, such
    as a rib.
    """

    id: Id
    name: Text
    role: Role
    points: tuple[Point, ...] = ()
    ellipse: tuple[float, float, float, float] | None = None
    paint: Literal["vein", "lung", "muscle-2"] | None = None
    backstop: bool = True

    @model_validator(mode="after")
    def _one_shape(self) -> "Structure":
        if (self.ellipse is None) == (not self.points) or 0 < len(self.points) < 3:
            raise ValueError("a structure needs either `ellipse`, or `points` with at least three points")
        return self

    @cached_property
    def outline(self) -> tuple[Point, ...]:
        """Return the closed outline."""
        if self.ellipse is None:
            return curve(self.points, closed=True)
        x, y, rx, ry = self.ellipse
        ring = (
            (x + rx, y),
            (x + rx * COS_45, y + ry * COS_45),
            (x, y + ry),
            (x - rx * COS_45, y + ry * COS_45),
            (x - rx, y),
            (x - rx * COS_45, y - ry * COS_45),
            (x, y - ry),
            (x + rx * COS_45, y - ry * COS_45),
        )
        return curve(ring, closed=True)


class Placement(Content):
    """A needle. `entry` is in mm from the left edge, `depth` in mm along the needle.

    `angle` is in degrees from straight down, positive to the right.
    """

    entry: float
    angle: float = Field(ge=-85, le=85)
    depth: float = Field(ge=0)


class CrossSection(Content):
    """A cross-section from the skin inward.

    `clearance` and `overshoot` (mm) are the rules of the exercise: the least distance from a dangerous structure, and
    how far the needle may slip beyond its tip.
    """

    id: Id
    title: Text
    plane: Text
    left: Text
    right: Text
    scale: Literal["schematic", "measured"]
    width: float = Field(gt=0, le=400)
    height: float = Field(gt=0, le=400)
    surface: tuple[Point, ...] = Field(min_length=2)
    layers: tuple[Layer, ...] = Field(min_length=1)
    structures: tuple[Structure, ...]
    needles: tuple[Placement, ...] = ()
    clearance: float = Field(default=2, ge=0)
    overshoot: float = Field(default=10, ge=0)
    caption: Text
    references: Annotated[tuple[ReferenceId, ...], Field(min_length=1)]

    @model_validator(mode="before")
    @classmethod
    def _ids_are_unique(cls, given: Any) -> Any:
        if isinstance(given, dict):
            ids = [
                p.get("id") for name in ("layers", "structures") for p in given.get(name) or () if isinstance(p, dict)
            ]
            if repeated := {id_ for id_ in ids if ids.count(id_) > 1}:
                raise ValueError(f"the id {', '.join(map(str, repeated))} is used twice")
        return given

    @model_validator(mode="after")
    def _has_target(self) -> "CrossSection":
        if not any(part.role == "target" for part in self.parts):
            raise ValueError("no layer or structure has the role `target`")
        return self

    @property
    def parts(self) -> tuple[Layer | Structure, ...]:
        """Return layers and structures in drawing order: a later part covers an earlier one."""
        return (*self.layers, *self.structures)

    @property
    def target(self) -> Layer | Structure:
        """Return the first part with the role `target`."""
        return next(part for part in self.parts if part.role == "target")

    @cached_property
    def skin(self) -> tuple[Point, ...]:
        """Return the skin surface from left to right."""
        return curve(self.surface, closed=False)

    @cached_property
    def outlines(self) -> dict[str, tuple[Point, ...]]:
        """Return the closed outline of every part by id, including areas that other parts cover."""
        found: dict[str, tuple[Point, ...]] = {}
        upper, points = self.skin, self.surface
        for layer in self.layers:
            points = layer.to or tuple((x, y + (layer.thick or 0)) for x, y in points)
            lower = curve(points, closed=False)
            found[layer.id] = (*upper, *reversed(lower), upper[0])
            upper = lower
        return found | {structure.id: structure.outline for structure in self.structures}

    @cached_property
    def visible(self) -> dict[str, BaseGeometry]:
        """Return the visible area of every part by id: inside the frame, without what later parts cover."""
        frame = box(0, 0, self.width, self.height)
        covered: BaseGeometry = Polygon()
        found: dict[str, BaseGeometry] = {}
        for part in reversed(self.parts):
            shape = Polygon(self.outlines[part.id]).buffer(0).intersection(frame)
            found[part.id] = shape.difference(covered)
            covered = covered.union(shape)
        return {part.id: found[part.id] for part in self.parts}

    def surface_at(self, x: float) -> float:
        """Return the depth of the skin surface at x, in mm below the top of the frame."""
        for (x0, y0), (x1, y1) in zip(self.skin, self.skin[1:], strict=False):
            if x0 <= x <= x1 and x1 > x0:
                return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
        return self.skin[0][1] if x < self.skin[0][0] else self.skin[-1][1]
