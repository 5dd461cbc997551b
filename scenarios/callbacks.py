"""What do callbacks and tracing cost, and does it matter how the handler is written?"""

from functools import partial
from typing import Any

from overlap.harness.model.endpoint import Endpoint
from overlap.harness.model.plan import Builder, Plan
from overlap.harness.report.figures import listed, times
from overlap.harness.stats.cells import Summary
from overlap.harness.stats.estimate import Estimate
from overlap.scenarios._cells import in_each, ratios, variants, without_interval
from overlap.scenarios._questions import questions as prompts

__all__ = ["PLAN", "VARIANTS", "answer", "prompts"]

SCENARIO = "callbacks"
NONE, SYNC, INLINE, ASYNC, TRACED = (
    "none",
    "sync handler",
    "sync handler, run_inline",
    "async handler",
    "LangSmith",
)
TENTH = 1.1
NOWHERE = "http://127.0.0.1:9"  # the discard port: nothing listens there, as behind a firewall

# Answers come at once: what is timed is the client's own work.
PLAN = (
    Plan(
        strategies=("gather_bounded", "astream_many"),
        concurrency=(8,),
        calls=40,
        rounds=3,
        profile="instant",
        tokens=16,
        variants=(NONE, ASYNC, INLINE, SYNC, TRACED),
    ),
)


def _handler(variant: str) -> Any:
    """Return a handler that looks at the start, every token and the end, and does nothing with them."""
    from langchain_core.callbacks import AsyncCallbackHandler, BaseCallbackHandler

    class Plain(BaseCallbackHandler):
        run_inline = variant == INLINE

        def on_llm_new_token(self, token: Any, **_: Any) -> None:
            """Look at a token."""

        def on_chain_start(self, *_: Any, **__: Any) -> None:
            """Look at a beginning."""

        def on_llm_end(self, *_: Any, **__: Any) -> None:
            """Look at an end."""

    class Awaited(AsyncCallbackHandler):
        async def on_llm_new_token(self, token: Any, **_: Any) -> None:
            """Look at a token."""

        async def on_chain_start(self, *_: Any, **__: Any) -> None:
            """Look at a beginning."""

        async def on_llm_end(self, *_: Any, **__: Any) -> None:
            """Look at an end."""

    return Awaited() if variant == ASYNC else Plain()


class Traced:
    """A chain under LangSmith's tracer, whose service cannot be reached."""

    def __init__(self, runnable: Any) -> None:
        from langchain_core.tracers import LangChainTracer
        from langsmith import Client
        from urllib3 import Retry

        # Without retries of its own, or its thread would go on trying beside the slots that follow.
        self._client = Client(api_url=NOWHERE, api_key="none", timeout_ms=100, info={}, retry_config=Retry(0))
        chain = runnable.with_config(callbacks=[LangChainTracer(client=self._client)])
        self.ainvoke, self.astream = chain.ainvoke, chain.astream

    def close(self) -> None:
        """Drop what has not been sent: left to itself, the tracer keeps the process from ending for minutes."""
        self._client.close(timeout=0)


def handled(client: Any, _endpoint: Endpoint, variant: str) -> Any:
    """Build the chain with one kind of handler."""
    return client.runnable.with_config(callbacks=[_handler(variant)])


VARIANTS: dict[str, Builder] = {
    NONE: lambda client, _endpoint: client,
    **{name: partial(handled, variant=name) for name in (ASYNC, INLINE, SYNC)},
    TRACED: lambda client, _endpoint: Traced(client.runnable),
}


def answer(summary: Summary) -> str | None:
    """Say by what each kind of handler multiplies the CPU of a call, and of a stream's chunk."""
    return in_each(summary, SCENARIO, _answer, "strategy", "variant")


def _answer(summary: Summary) -> str | None:
    sentences = []
    for strategy, metric, what in (("gather_bounded", "cpu", "call"), ("astream_many", "cpu_per_chunk", "chunk")):
        by_variant = variants(summary, scenario=SCENARIO, strategy=strategy)
        pairs = {name: (cell, by_variant.get(NONE)) for name, cell in by_variant.items() if name != NONE}
        factors = ratios(summary, pairs, metric)
        if not factors:
            continue
        costs = "; ".join(f"{name} {times(factor)}" for name, factor in factors.items())
        sentences.append(
            f"Per {what} ({without_interval(by_variant[NONE], metric)} of CPU without) {_dear(factors)}: {costs}."
        )
    return " ".join(sentences) or None


def _dear(factors: dict[str, Estimate]) -> str:
    """Say which handlers are shown to cost a tenth more, and which are shown not to: by their intervals' ends."""
    dear = [name for name, factor in factors.items() if factor.low is not None and factor.low > TENTH]
    cheap = [name for name, factor in factors.items() if factor.high is not None and factor.high < TENTH]
    open_ = [name for name in factors if name not in {*dear, *cheap}]
    parts = [
        f"{listed(dear)} cost more than a tenth on top" if dear else "",
        f"{listed(cheap)} cost less than that"
        if dear and cheap
        else f"{listed(cheap)} cost less than a tenth on top",
        f"of {listed(open_)} it is not shown whether it is a tenth",
    ]
    return ", ".join(part for part, names in zip(parts, (dear, cheap, open_), strict=True) if names)


if __name__ == "__main__":
    from overlap.harness.cli import scenario

    scenario(__file__)
