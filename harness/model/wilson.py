"""Wilson's interval of a share: it stays between 0 and 1, and has a width where nothing or everything was hit."""

from math import sqrt


def wilson(hits: float, trials: float, z: float = 1.959964) -> tuple[float, float]:
    """
    Return the interval of a share, *hits* of *trials*, both as parts of 1; *z* normal deviations on each side.

    Source: E. B. Wilson, Journal of the American Statistical Association 22 (1927) 209. *trials* need not be
    whole: trials that depend on one another count as fewer.

    >>> low, high = wilson(2, 1000)
    >>> round(low, 4), round(high, 4)
    (0.0005, 0.0073)
    """
    share = hits / trials
    middle = (share + z * z / 2 / trials) / (1 + z * z / trials)
    half = z * sqrt(share * (1 - share) / trials + z * z / 4 / trials**2) / (1 + z * z / trials)
    return max(0.0, middle - half), min(1.0, middle + half)
