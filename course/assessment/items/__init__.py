"""Item types. Each module scores one type by a pure `score(key, choice)`; TYPES finds it by the name in the bank."""

from collections.abc import Callable, Set
from fractions import Fraction

from course.assessment.items import multiple, single

Scorer = Callable[[Set[str], Set[str]], Fraction]
TYPES: dict[str, Scorer] = {"single": single.score, "multiple": multiple.score}
