"""Hours of continuing education that count for the renewal of a license, and those that are missing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from math import floor

from course.content.schema.hours import Mode
from course.content.schema.law import Renewal
from course.states.requirements.renewal_periods import RenewalPeriod

QUARTERS = 4  # hours are rounded down to the quarter, as on a transcript
UNSEEN_LENGTH = "How many minutes an hour has was not seen. Ask the board."
UNSEEN_HOURS = "How many hours are demanded was not seen. Ask the board."
UNSEEN_SHARE = "How many hours may be online was not seen. Ask the board."


@dataclass(frozen=True, kw_only=True)
class Earned:
    """Continuing education that was completed on a day. `minutes` by mode."""

    minutes: Mapping[Mode, int]
    completed_on: date


@dataclass(frozen=True, kw_only=True)
class RenewalProgress:
    """Hours of a renewal period, as long as the state's hours are. None: not known.

    `counted`: hours that count for certain. `uncertain`: online hours that may count, since the state's limit for
    them was not seen. `over_limit`: online hours that don't count. `missing`: up to `demanded`. `online_left`: hours
    of self-paced online education that still count for certain; None: without limit, or not known. `unknown`: what
    was not seen, as sentences.
    """

    period: RenewalPeriod
    demanded: float | None
    counted: float | None = None
    uncertain: float | None = None
    over_limit: float | None = None
    missing: float | None = None
    online_left: float | None = None
    unknown: tuple[str, ...] = ()


def progress(rule: Renewal, earned: Iterable[Earned], period: RenewalPeriod) -> RenewalProgress:
    """Return what counts in the period under the state's limits, and what is missing."""
    unknown = [UNSEEN_HOURS] if rule.hours is None else []
    if rule.hour_minutes is None:
        return RenewalProgress(period=period, demanded=rule.hours, unknown=(*unknown, UNSEEN_LENGTH))
    own = [one for one in earned if one.completed_on in period]
    in_person, live, self_paced = (
        sum(one.minutes.get(mode, 0) for one in own) / rule.hour_minutes
        for mode in (Mode.IN_PERSON, Mode.LIVE_ONLINE, Mode.SELF_PACED_ONLINE)
    )
    least, most = _online(rule, self_paced, live)
    if least < most:
        unknown.append(UNSEEN_SHARE)
    counted = in_person + least
    return RenewalProgress(
        period=period,
        demanded=rule.hours,
        counted=_quarters(counted),
        uncertain=_quarters(most - least),
        over_limit=_quarters(self_paced + live - most),
        missing=None if rule.hours is None else max(0.0, rule.hours - _quarters(counted)),
        online_left=_online_left(rule, self_paced, live),
        unknown=tuple(unknown),
    )


def _online(rule: Renewal, self_paced: float, live: float) -> tuple[float, float]:
    """Return the online hours that count for certain, and those that count at most.

    Where a part may be online and no limit for live hours was seen, live hours are certain only within the limit of
    all online hours.
    """
    some_live = live if rule.live_max is None else min(live, rule.live_max)
    some_self_paced = self_paced if rule.online_max is None else min(self_paced, rule.online_max)
    if rule.online == "no":
        return 0, 0
    if rule.online == "live_only":
        return some_live, some_live
    most = some_live + some_self_paced
    if rule.online == "yes":
        return most, most
    if rule.online is None or rule.online_max is None:
        return 0, most
    return most if rule.live_max is not None else min(most, rule.online_max), most


def _online_left(rule: Renewal, self_paced: float, live: float) -> float | None:
    if rule.online in ("no", "live_only"):
        return 0
    if rule.online is None or rule.online_max is None:
        return None
    used = self_paced if rule.live_max is not None or rule.online == "yes" else self_paced + live
    return max(0, _quarters(rule.online_max - used))


def _quarters(hours: float) -> float:
    return floor(round(hours * QUARTERS, 6)) / QUARTERS
