"""The time of day as files have it: in the local time zone, which is said."""

from time import localtime, strftime


def timestamp() -> str:
    """Return the time now, to the second, as in `2026-03-01T14:05:09+0100`."""
    return strftime("%Y-%m-%dT%H:%M:%S%z", localtime())


def stem() -> str:
    """Return the time now as a folder's name begins with it: without colons, which not every system allows."""
    return strftime("%Y-%m-%dT%H-%M-%S", localtime())
