"""Blocking calls (`invoke`) on a pool of threads instead of tasks on a loop."""

from typing import Any

from overlap.harness.diagnose.observation import Observation

KIND = "tuning"
HEADLINE = "total"
ORDER = {"strategy": "thread_pool"}
NOTHING = "there is no `invoke`, or threads are what is used"


def parameters(seen: Observation) -> dict[str, Any] | None:
    """Try it where the application has both halves."""
    return {} if "invoke" in seen.methods and seen.strategy in {"gather", "gather_bounded", "task_group"} else None


def title(_seen: Observation) -> str:
    """Name the choice."""
    return "a thread pool of blocking calls"


def advice(seen: Observation) -> str:
    """Return the line to write."""
    return f"`with ThreadPoolExecutor({seen.concurrency}) as pool: pool.map(chain.invoke, questions)`"
