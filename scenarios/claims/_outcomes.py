"""Calls that may fail: what came of each, by the name of its error."""

OK = "ok"


def outcome(call):
    """Make a plain call, and answer "ok" or the name of its error."""
    try:
        call()
    except Exception as error:  # noqa: BLE001  which error it is, is what is measured
        return type(error).__name__
    return OK


async def awaited(awaitable):
    """Await it, and answer "ok" or the name of its error."""
    try:
        await awaitable
    except Exception as error:  # noqa: BLE001  which error it is, is what is measured
        return type(error).__name__
    return OK


def refused(outcomes):
    """Return the names of the calls that failed."""
    return [name for name, came in outcomes.items() if came != OK]


def told(outcomes):
    """
    Say what came of every call.

    >>> told({"invoke": "TypeError", "batch": "TypeError", "ainvoke": "ok"})
    'TypeError from invoke and batch; ok: ainvoke'
    """
    by = {}
    for name, came in outcomes.items():
        by.setdefault(came, []).append(name)
    return "; ".join(
        f"{OK}: {', '.join(names)}" if came == OK else f"{came} from {_and(names)}" for came, names in by.items()
    )


def _and(names):
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
