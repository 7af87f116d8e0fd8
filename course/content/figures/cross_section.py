"""A cross-section as data: layers and structures as named shapes in millimeters, and what of each is visible."""

from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator
from shapely import Polygon, box
from shapely.geometry.base import BaseGeometry

from course.content.base import Content, Id, ReferenceId, Text

Point = tuple[float, float]
Role = Literal["skin", "fat", "muscle", "target", "bone", "vessel", "nerve", "pleura", "organ"]
DANGERS = frozenset({"vessel", "nerve", "pleura", "organ"})
STEPS = 8  # straight pieces between two given points of a curve


def curve(points: tuple[Point, ...], *, closed: bool) -> tuple[Point, ...]:
    """A smooth line (Catmull-Rom) through the points. What is drawn and what is decided on are the same pieces."""
    count = len(points)
    if count < 3:
        return points
    found: list[Point] = []
    for n in range(count if closed else count - 1):
        p0, p1, p2, p3 = (
            points[(n + k) % count] if closed else points[min(max(n + k, 0), count - 1)] for k in (-1, 0, 1, 2)
        )
        found += [_between(p0, p1, p2, p3, step / STEPS) for step in range(STEPS)]
    return (*found, points[0] if closed else points[-1])


def _between(p0: Point, p1: Point, p2: Point, p3: Point, t: float) -> Point:
    def along(a: float, b: float, c: float, d: float) -> float:
        return 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)

    return along(p0[0], p1[0], p2[0], p3[0]), along(p0[1], p1[1], p2[1], p3[1])


class Layer(Content):
    """A band over the whole width. Its lower edge runs through `to`, or lies `thick` under its upper edge."""

    id: Id
    name: Text
    role: Role
    paint: Literal["lung", "muscle-2"] | None = None
    thick: float | None = Field(default=None, gt=0)
    to: tuple[Point, ...] = ()

    @model_validator(mode="after")
    def _one_edge(self) -> "Layer":
        if (self.thick is None) == (not self.to):
            raise ValueError("a layer has either `thick` or `to`")
        return self


class Structure(Content):
    """A closed shape: a smooth outline through `points`, or an ellipse of center x, y and radii x, y."""

    id: Id
    name: Text
    role: Role
    points: tuple[Point, ...] = ()
    ellipse: tuple[float, float, float, float] | None = None
    paint: Literal["vein", "lung", "muscle-2"] | None = None  # where the role's color isn't telling enough
    backstop: bool = True  # false for bone that must not be relied on to stop a needle, such as a rib

    @model_validator(mode="after")
    def _one_shape(self) -> "Structure":
        if (self.ellipse is None) == (not self.points) or 0 < len(self.points) < 3:
            raise ValueError("a structure has either `ellipse` or three `points` or more")
        return self

    @cached_property
    def outline(self) -> tuple[Point, ...]:
        if self.ellipse is None:
            return curve(self.points, closed=True)
        x, y, rx, ry = self.ellipse
        k = 0.7071
        ring = (
            (x + rx, y),
            (x + rx * k, y + ry * k),
            (x, y + ry),
            (x - rx * k, y + ry * k),
            (x - rx, y),
            (x - rx * k, y - ry * k),
            (x, y - ry),
            (x + rx * k, y - ry * k),
        )
        return curve(ring, closed=True)


class Placement(Content):
    """Where a needle enters (mm from the left edge), its angle (degrees from straight down, + to the right), depth."""

    entry: float
    angle: float = Field(ge=-85, le=85)
    depth: float = Field(ge=0)


class CrossSection(Content):
    """`clearance` and `overshoot` (mm) are rules of the exercise: how near a needle may come, how far it may slip."""

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
    def _ids(cls, given: Any) -> Any:
        if isinstance(given, dict):
            ids = [
                p.get("id") for name in ("layers", "structures") for p in given.get(name) or () if isinstance(p, dict)
            ]
            if twice := {id_ for id_ in ids if ids.count(id_) > 1}:
                raise ValueError(f"{', '.join(map(str, twice))} stands twice")
        return given

    @model_validator(mode="after")
    def _has_target(self) -> "CrossSection":
        if not any(part.role == "target" for part in self.parts):
            raise ValueError("no layer or structure has the role target")
        return self

    @property
    def parts(self) -> tuple[Layer | Structure, ...]:
        """In the order in which they are painted: a later one covers an earlier one."""
        return (*self.layers, *self.structures)

    @property
    def target(self) -> Layer | Structure:
        return next(part for part in self.parts if part.role == "target")

    @cached_property
    def skin(self) -> tuple[Point, ...]:
        """The skin's surface from left to right."""
        return curve(self.surface, closed=False)

    @cached_property
    def outlines(self) -> dict[str, tuple[Point, ...]]:
        """The closed outline of every part by its id, before others cover it."""
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
        """What is left of every part once later ones lie over it, inside the frame."""
        frame = box(0, 0, self.width, self.height)
        covered: BaseGeometry = Polygon()
        found: dict[str, BaseGeometry] = {}
        for part in reversed(self.parts):
            shape = Polygon(self.outlines[part.id]).buffer(0).intersection(frame)
            found[part.id] = shape.difference(covered)
            covered = covered.union(shape)
        return {part.id: found[part.id] for part in self.parts}

    def surface_at(self, x: float) -> float:
        """How far below the frame's top the skin lies at x, in mm."""
        for (x0, y0), (x1, y1) in zip(self.skin, self.skin[1:], strict=False):
            if x0 <= x <= x1 and x1 > x0:
                return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
        return self.skin[0][1] if x < self.skin[0][0] else self.skin[-1][1]
