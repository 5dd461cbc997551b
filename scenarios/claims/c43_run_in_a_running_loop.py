"""asyncio.run fails where a loop is running, as in a notebook; top-level await fails in a script."""

import ast
import asyncio
from typing import Any

from overlap.harness.claims.bench import Bench
from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT, ClaimVerdict
from overlap.scenarios.claims._outcomes import OK, outcome

SEEDS = ("S1",)
THEME = "the event loop"
READING = ("asyncio:run", "ast:PyCF_ALLOW_TOP_LEVEL_AWAIT")
CODE = "await asyncio.sleep(0)"


Facts = dict[str, str]
"""How each way ended, by way and place."""


def measure(_bench: Bench) -> Facts:
    """Try each of them in both places; a notebook compiles its cells with a flag that allows the await."""

    async def nothing() -> None:
        await asyncio.sleep(0)

    def nested() -> None:
        coroutine = nothing()
        try:
            asyncio.run(coroutine)
        finally:
            coroutine.close()

    async def inside() -> Any:  # it is to run in a loop, no more
        return outcome(nested)

    return {
        "run in a script": outcome(lambda: asyncio.run(nothing())),
        "run in a notebook": asyncio.run(inside()),
        "await in a script": outcome(lambda: compile(CODE, "script", "exec")),
        "await in a notebook": outcome(lambda: compile(CODE, "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)),
    }


def judge(facts: Facts) -> ClaimVerdict:
    """It holds where each works in its own place, and fails in the other."""
    wrong, right = ("run in a notebook", "await in a script"), ("run in a script", "await in a notebook")
    outcomes_by_place = {place: facts[place] for place in (*wrong, *right)}
    evidence = ", ".join(f"{place}: {each}" for place, each in outcomes_by_place.items())
    failing = [place for place in wrong if outcomes_by_place[place] != OK]
    if not failing:
        return ClaimVerdict(FALSE, evidence)
    whole = len(failing) == len(wrong) and all(outcomes_by_place[place] == OK for place in right)
    return ClaimVerdict(HOLDS if whole else LIMIT, evidence)
