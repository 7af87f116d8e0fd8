"""What a wing offers to the app: its pages and the work that it does in the background."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask import Blueprint

from course.platform.jobs import Handler, Step, Task


@dataclass(frozen=True, kw_only=True)
class Wing:
    """`jobs` by kind, `hourly` tasks by name; both are safe to repeat. `steps` each do a part of some long work."""

    blueprints: Sequence[Blueprint] = ()
    jobs: Mapping[str, Handler] = field(default_factory=dict)
    hourly: Mapping[str, Task] = field(default_factory=dict)
    steps: Sequence[Step] = ()
