"""What the figures of an item mean, by thresholds that the pages state with their sources. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from course.assessment.quality.statistics import ENOUGH, UNUSED, Figure

HARD, EASY = 0.30, 0.90
BANDS = ((0.40, "excellent"), (0.30, "good"), (0.20, "fair"), (0.0, "revise"))
RELIABLE = 0.60
NEGATIVE = "negative"


class Flag(StrEnum):
    """In the order of their weight."""

    NEGATIVE = "Check the key"
    WEAK = "Separates little"
    HARD = "Hard"
    EASY = "Very easy"
    UNUSED = "Unused distractor"


ADVICE = {
    Flag.NEGATIVE: "Those who do well elsewhere get it wrong more often: the key may be wrong, or the stem misleads.",
    Flag.WEAK: "Those who know the rest hardly do better at it than those who do not: revise it.",
    Flag.HARD: f"Fewer than {100 * HARD:.0f} % of its points were earned: check the key, the wording and the teaching.",
    Flag.EASY: f"More than {100 * EASY:.0f} % of its points were earned: sharpen it, unless all should know it.",
    Flag.UNUSED: f"Fewer than {100 * UNUSED:.0f} % chose it: write a better one, or leave it out.",
}


@dataclass(frozen=True)
class Source:
    rule: str
    why: str
    source: str
    link: str | None = None


GUIDELINES = (
    "Item statistics: interpretation guidelines, after Ebel and Frisbie, Essentials of Educational Measurement, 1991"
)
SOURCES = (
    Source(
        f"Nothing is judged below {ENOUGH} responses",
        f"A rule of ours: better studies use more than {ENOUGH} people, and below that an interval says little.",
        "Quantitative item analysis, course text, Columbia University, chapter 12",
        "http://www.columbia.edu/~mb1434/HTML/Chap12/Highlite/Ch12Pg6.htm",
    ),
    Source(
        f"p from {HARD:.2f} to {EASY:.2f}",
        "Published scales differ: one calls for revision below 0.20 or above 0.80, another below 0.30 or above 0.70. "
        "The lower limit here is the stricter of the two. The upper one is a judgment of ours: a quiz at which people "
        "are to master what was taught has many items that most get right.",
        GUIDELINES,
        "https://inits.co/items.php",
    ),
    Source(
        "Discrimination: 0.40 and more excellent, from 0.30 good, from 0.20 fair, below 0.20 revise, negative check "
        "the key",
        "The bands of the point-biserial correlation, used here for the corrected one, which is lower.",
        GUIDELINES,
        "https://inits.co/items.php",
    ),
    Source(
        f"A distractor that fewer than {100 * UNUSED:.0f} % choose does not function",
        "It counts for choices that are worded as options.",
        "Tarrant M, Ware J, Mohammed AM. BMC Med Educ 2009;9:40",
        "https://doi.org/10.1186/1472-6920-9-40",
    ),
    Source(
        f"Reliability of {RELIABLE:.2f} or more",
        "Called acceptable for a course examination. Short forms, and groups in which nearly all have mastered the "
        "content, have less even where every item is sound.",
        "Weber State University, explanation of KR-20",
    ),
)


def band_of(discrimination: float) -> str:
    return next((name for least, name in BANDS if discrimination >= least), NEGATIVE)


def flags(p: Figure, discrimination: Figure, unused: int) -> tuple[Flag, ...]:
    """What is to be looked at, from figures that rest on enough responses; nothing otherwise."""
    found = []
    if discrimination.judged and discrimination.value is not None:
        found += {NEGATIVE: [Flag.NEGATIVE], "revise": [Flag.WEAK]}.get(band_of(discrimination.value), [])
    if p.judged and p.value is not None:
        found += [Flag.HARD] if p.value < HARD else [Flag.EASY] if p.value > EASY else []
    return tuple(found + [Flag.UNUSED] * (unused > 0))
