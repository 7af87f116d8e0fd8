"""What a wing adds to the app: its pages and its background work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask import Blueprint

from course.platform.jobs import Handler, Step, Task


@dataclass(frozen=True, kw_only=True)
class Wing:
    """Blueprints, `jobs` by kind and `hourly` tasks by name (both safe to repeat), and `steps` of long work."""

    blueprints: Sequence[Blueprint] = ()
    jobs: Mapping[str, Handler] = field(default_factory=dict)
    hourly: Mapping[str, Task] = field(default_factory=dict)
    steps: Sequence[Step] = ()
