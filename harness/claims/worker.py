"""
One launch of experiments: a process that measures the claims it is told to, and answers with their facts.

It is talked to as any worker is (`worker.serving`).
"""

import asyncio
import contextlib
import gc
import inspect
from importlib.util import find_spec
from types import ModuleType
from typing import Any

from overlap.harness import registry
from overlap.harness.claims.bench import Bench
from overlap.harness.claims.catalogue import FOLDER
from overlap.harness.claims.threads import counting
from overlap.harness.worker.serving import Fact, Wire, dispatch, serve


def main() -> None:
    """Serve requests until there are no more."""
    wire = Wire()
    _settle()
    serve(wire, answer)


def _settle() -> None:
    """Import what every claim needs and freeze it: to traverse it takes 0.1 s, which would look like a stall."""
    for name in ("langchain_openai", "openai"):
        with contextlib.suppress(ImportError):
            registry.imported(name)
    gc.collect()
    gc.freeze()


def answer(request: Fact) -> Fact:
    """Serve {"claim": …, "base_url": …} with {"facts": …} or {"missing": package}."""
    return dispatch({"claim": _claim}, request)


def _claim(request: Fact) -> Fact:
    try:
        module = registry.load(FOLDER, request["claim"])
        lacking = [package for package in getattr(module, "NEEDS", ()) if find_spec(package) is None]
        return {"missing": lacking[0]} if lacking else {"facts": measured(module, request["base_url"])}
    except ModuleNotFoundError as missing:
        return {"missing": missing.name or str(missing)}


def measured(module: ModuleType, base_url: str) -> Any:
    """Return the facts of *module*: an async experiment runs in a fresh loop, a plain one outside of any."""
    if not inspect.iscoroutinefunction(module.measure):
        bench = Bench(base_url)
        bench.begin()
        return module.measure(bench)
    with asyncio.Runner() as runner:
        bench = Bench(base_url, counting(runner.get_loop()))
        bench.begin()
        gc.collect()
        return runner.run(_within(module, bench))


async def _within(module: ModuleType, bench: Bench) -> Any:
    try:
        return await module.measure(bench)
    finally:
        await bench.aclose()


if __name__ == "__main__":
    main()
