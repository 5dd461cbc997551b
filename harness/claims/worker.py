"""
One launch of experiments: a process that measures the claims it is told to, and answers with their facts.

Reads one JSON object a line on stdin, writes one a line on stdout, and ends with its input. What the libraries
print goes to stderr, so that it cannot garble the answers.
"""

import asyncio
import contextlib
import gc
import inspect
import os
import sys
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import orjson

from overlap.harness import registry
from overlap.harness.application.blame import traceback_of
from overlap.harness.claims.bench import Bench
from overlap.harness.claims.catalogue import FOLDER
from overlap.harness.claims.threads import counting
from overlap.harness.host import fast_exit
from overlap.harness.host.secrets import word


def main() -> None:
    """Answer orders until there are no more."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _settle()
    for line in sys.stdin.buffer:
        answers.write(orjson.dumps(answer(orjson.loads(line))) + b"\n")
        answers.flush()
    fast_exit.at_once()


def _settle() -> None:
    """Import what every claim needs and freeze it: to traverse it takes 0.1 s, which would look like a stall."""
    for name in ("langchain_openai", "openai"):
        with contextlib.suppress(ImportError):
            registry.imported(name)
    gc.collect()
    gc.freeze()


def answer(request: dict[str, str]) -> dict[str, Any]:
    """Answer {"claim": …, "base_url": …} with {"facts": …}, {"missing": package} or {"error": kind}."""
    try:
        module = registry.load(FOLDER, request["claim"])
        lacking = [package for package in getattr(module, "NEEDS", ()) if find_spec(package) is None]
        return {"missing": lacking[0]} if lacking else {"facts": measured(module, request["base_url"])}
    except registry.Unknown as unknown:
        return {"mistake": str(unknown)}
    except ModuleNotFoundError as missing:
        return {"missing": missing.name or str(missing)}
    except Exception as wrong:  # noqa: BLE001  whatever a library raises, the claims after this one are measured
        print(traceback_of(wrong), file=sys.stderr)
        return {"error": word(type(wrong).__name__)}


def measured(module: ModuleType, base_url: str) -> dict[str, Any]:
    """Run the experiment of *module*: an async one in a fresh loop, a plain one outside of any."""
    if not inspect.iscoroutinefunction(module.measure):
        bench = Bench(base_url)
        bench.begin()
        found: dict[str, Any] = module.measure(bench)
        return found
    with asyncio.Runner() as runner:
        bench = Bench(base_url, counting(runner.get_loop()))
        bench.begin()
        gc.collect()
        return runner.run(_within(module, bench))


async def _within(module: ModuleType, bench: Bench) -> dict[str, Any]:
    try:
        found: dict[str, Any] = await module.measure(bench)
    finally:
        await bench.aclose()
    return found


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main()
