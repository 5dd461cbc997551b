"""A latency profile whose times are divided: the same server, only faster."""

from overlap.harness.text.mistakes import Mistake
from overlap.harness.text.settings import number, parts, read

# The settings of the mock's profiles that are times or rates; the rest are shapes.
TIMES = ("ttft", "itl", "gap", "pause", "slow", "fast")
NEEDED = {"ttft", "itl"}


def faster(profile: str, times: float) -> str | None:
    """
    Return *profile* with its times divided by *times*; None if it does not spell out both TTFT and ITL.

    >>> faster("lognormal,ttft=0.04,itl=0.002,sigma=0.3", 2)
    'lognormal,ttft=0.02,itl=0.001,sigma=0.3'
    >>> faster("instant", 2)
    """
    name, *pairs = parts(profile)
    try:
        given = read("profile", profile, pairs)
        if not given.keys() >= NEEDED or "path" in given:
            return None
        divided = {
            key: f"{number('profile', key, value) / times:g}" if key in TIMES else value
            for key, value in given.items()
        }
    except Mistake:
        return None
    return ",".join([name, *(f"{key}={value}" for key, value in divided.items())])
