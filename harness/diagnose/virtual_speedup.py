"""A latency profile whose times are divided: the same server, only faster."""

# The settings of the mock's profiles that are times or rates; the rest are shapes.
TIMES = ("ttft", "itl", "gap", "pause", "slow", "fast")
NEEDED = {"ttft", "itl"}


def faster(profile: str, times: float) -> str | None:
    """
    Answer *profile* with its times divided by *times*; None where it does not spell out both TTFT and ITL.

    >>> faster("lognormal,ttft=0.04,itl=0.002,sigma=0.3", 2)
    'lognormal,ttft=0.02,itl=0.001,sigma=0.3'
    >>> faster("instant", 2)
    """
    name, *pairs = profile.split(",")
    settings = dict(pair.partition("=")[::2] for pair in pairs)
    if not settings.keys() >= NEEDED or "path" in settings:
        return None
    try:
        divided = {
            key: f"{float(value) / times:g}" if key.strip() in TIMES else value for key, value in settings.items()
        }
    except ValueError:
        return None
    return ",".join([name, *(f"{key}={value}" for key, value in divided.items())])
