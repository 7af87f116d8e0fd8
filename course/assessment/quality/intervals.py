"""95% confidence intervals, each by a published method. Pure.

Wilson: J Am Stat Assoc 1927;22:209-12. Fisher's z: Metron 1921;1:3-32. Alpha: Bonett and Wright, J Organ Behav
2015;36:3-15, doi 10.1002/job.1960.
"""

import math
from statistics import NormalDist

Interval = tuple[float, float]
Z = NormalDist().inv_cdf(0.975)


def of_share(share: float, n: int) -> Interval | None:
    """Return Wilson's interval of a proportion."""
    if n < 1:
        return None
    middle = (share + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * math.sqrt(share * (1 - share) / n + Z * Z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def of_mean(mean: float, deviation: float, n: int) -> Interval | None:
    """Return the normal interval of a mean. `deviation` is the sample's standard deviation, with n - 1."""
    if n < 2:
        return None
    half = Z * deviation / math.sqrt(n)
    return mean - half, mean + half


def of_correlation(r: float, n: int) -> Interval | None:
    """Return the interval by Fisher's z, or None for a perfect correlation or fewer than four pairs."""
    if n < 4 or abs(r) >= 1:
        return None
    half = Z / math.sqrt(n - 3)
    return math.tanh(math.atanh(r) - half), math.tanh(math.atanh(r) + half)


def of_alpha(alpha: float, items: int, n: int) -> Interval | None:
    """Return Bonett and Wright's interval of coefficient alpha over `items` items and `n` people."""
    if n < 3 or items < 2 or alpha >= 1:
        return None
    middle = math.log(1 - alpha) - math.log(n / (n - 1))
    half = Z * math.sqrt(2 * items / ((items - 1) * (n - 2)))
    return 1 - math.exp(middle + half), 1 - math.exp(middle - half)
