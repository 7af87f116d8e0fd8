"""The interpretation of an item's statistics, by thresholds that the pages show with their sources. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from course.assessment.quality.statistics import MIN_DISTRACTOR_SHARE, MIN_RESPONSES, Estimate

MIN_P, MAX_P = 0.30, 0.90
BANDS = ((0.40, "excellent"), (0.30, "good"), (0.20, "fair"), (0.0, "revise"))
MIN_RELIABILITY = 0.60
NEGATIVE_BAND = "negative"


class Flag(StrEnum):
    """A reason to look at an item, the most serious first."""

    NEGATIVE = "Check the key"
    WEAK = "Discriminates little"
    HARD = "Hard"
    EASY = "Very easy"
    UNUSED = "Unused distractor"


ADVICE = {
    Flag.NEGATIVE: "Learners who do well elsewhere miss it more often. Check the key, and whether the stem misleads.",
    Flag.WEAK: "Learners who know the rest do hardly better on it than those who don't. Revise it.",
    Flag.HARD: f"Learners earned less than {100 * MIN_P:.0f}% of its points. Check the key, wording and teaching.",
    Flag.EASY: f"Learners earned more than {100 * MAX_P:.0f}% of its points. Make it harder unless all should know it.",
    Flag.UNUSED: f"Fewer than {100 * MIN_DISTRACTOR_SHARE:.0f}% chose a distractor. Replace it or leave it out.",
}


@dataclass(frozen=True)
class ThresholdSource:
    """A threshold, the reason for it, and where it is published."""

    rule: str
    why: str
    source: str
    link: str | None = None


GUIDELINES = (
    "Item statistics: interpretation guidelines, after Ebel and Frisbie, Essentials of Educational Measurement, 1991"
)
SOURCES = (
    ThresholdSource(
        f"No judgment below {MIN_RESPONSES} responses",
        f"Our own rule: good studies use more than {MIN_RESPONSES} people, and with fewer an interval says little.",
        "Quantitative item analysis, course text, Columbia University, chapter 12",
        "http://www.columbia.edu/~mb1434/HTML/Chap12/Highlite/Ch12Pg6.htm",
    ),
    ThresholdSource(
        f"p from {MIN_P:.2f} to {MAX_P:.2f}",
        "Published scales differ: one asks for revision below 0.20 or above 0.80, another below 0.30 or above 0.70. "
        "The lower limit here is the stricter of the two. The upper limit is our own: in a quiz whose content everyone "
        "should master, most people answer many items correctly.",
        GUIDELINES,
        "https://inits.co/items.php",
    ),
    ThresholdSource(
        "Discrimination: excellent from 0.40, good from 0.30, fair from 0.20, revise below 0.20; if negative, check "
        "the key",
        "The bands are for the point-biserial correlation. We use them for the corrected one, which is lower.",
        GUIDELINES,
        "https://inits.co/items.php",
    ),
    ThresholdSource(
        f"A distractor that fewer than {100 * MIN_DISTRACTOR_SHARE:.0f}% choose doesn't work",
        "Applies to choices that are worded as options.",
        "Tarrant M, Ware J, Mohammed AM. BMC Med Educ 2009;9:40",
        "https://doi.org/10.1186/1472-6920-9-40",
    ),
    ThresholdSource(
        f"Reliability of {MIN_RELIABILITY:.2f} or more",
        "Acceptable for a course examination. Short forms have less even if every item is sound, and so do groups in "
        "which nearly everyone has mastered the content.",
        "Weber State University, explanation of KR-20",
    ),
)


def band_of(discrimination: float) -> str:
    """Return the band of a discrimination, from "excellent" to "negative"."""
    return next((name for least, name in BANDS if discrimination >= least), NEGATIVE_BAND)


def flags(p: Estimate, discrimination: Estimate, unused: int) -> tuple[Flag, ...]:
    """Return the flags of an item. Estimates from too few responses raise none."""
    found = []
    if discrimination.judged and discrimination.value is not None:
        found += {NEGATIVE_BAND: [Flag.NEGATIVE], "revise": [Flag.WEAK]}.get(band_of(discrimination.value), [])
    if p.judged and p.value is not None:
        found += [Flag.HARD] if p.value < MIN_P else [Flag.EASY] if p.value > MAX_P else []
    return tuple(found + [Flag.UNUSED] * (unused > 0))
