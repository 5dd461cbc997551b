"""A run against a real endpoint: what it may cost, what it has cost, and when it is over."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from overlap.harness.host.secrets import line
from overlap.harness.model.config import RunConfig
from overlap.harness.model.endpoint import Remote, address, loopback
from overlap.harness.model.plan import Plan, Planned
from overlap.harness.model.record import OWN, Call, Metered
from overlap.harness.remote import secret
from overlap.harness.text.mistakes import Mistake

if TYPE_CHECKING:
    from overlap.harness.remote.preflight import Preflight

SCENARIO = "real_endpoint"
"""The scenario that is run against a real endpoint if none is named."""


class VisitStopped(Exception):
    """The run is over before its end, and what was measured is kept; the message says why."""


@dataclass(frozen=True, slots=True)
class Ask:
    """
    What a run is about to send: to whom, how many requests, and how many tokens their answers have at most.

    `own` applications make as many requests a call as they like, and say themselves how long an answer may be.
    """

    base_url: str
    model: str
    requests: int
    answers: int
    most_requests: int
    most_tokens: int
    own: bool = False

    @property
    def free(self) -> bool:
        """Whether the run costs nothing: the endpoint is on this host."""
        return loopback(self.base_url)

    def __str__(self) -> str:
        if self.own:
            return (
                f"the requests of {self.requests:,} calls to {self.model} at {self.base_url}, as many and as long "
                f"as the application makes them; it stops at {self.most_requests:,} requests or "
                f"{self.most_tokens:,} tokens"
            )
        return (
            f"{self.requests:,} requests to {self.model} at {self.base_url}, with answers of {self.answers:,} "
            f"tokens in all at most; it stops at {self.most_requests:,} requests or {self.most_tokens:,} tokens"
        )


Agree = Callable[[Ask], None]


class Visit:
    """
    The account of a run with a budget; of `config` the mock's settings are ignored.

    `spent` is what the endpoint was sent so far.

    Raises `Mistake` for an address, a variable or an option that is not valid.
    """

    def __init__(self, config: RunConfig, agree: Agree | None = None) -> None:
        for name in ("server", "profile"):
            if getattr(config, name) is not None:
                raise Mistake(f"{name} is about a server that is started here; with base_url none is")
        secret.check(config.api_key_env)
        self.environment = secret.environment(config.api_key_env)
        try:
            self.base_url = address(config.base_url or "")
        except ValueError as wrong:
            raise Mistake(line(str(wrong))) from None
        self.config, self._agree = config, agree
        self.model = config.model or ""
        self.spent = Metered(0, 0)

    def parts(self, parts: Sequence[tuple[str, Plan]]) -> list[tuple[str, Plan]]:
        """Return the *parts* that need no mock: those without faults, limits or several of its processes."""
        kept = [(name, replace(plan, profile="")) for name, plan in parts if not plan.server]
        if not kept:
            names = ", ".join(dict.fromkeys(name for name, _ in parts))
            raise Mistake(f"{names} needs what only the mock does; against a real endpoint it cannot be asked")
        return kept

    def ready(self) -> None:
        """Find out the model where none was named; asks for the list of models, which costs nothing."""
        if not self.model:
            with self._preflight() as preflight:
                self.model = preflight.model()

    def fitted(self, planned: Sequence[Planned]) -> list[Planned]:
        """
        Return *planned* with as many rounds as fit into the budget, beside the preflight's one request.

        Raises `Mistake` where not even one round does.
        """
        most = max(each.rounds for each in planned)
        for rounds in range(most, 0, -1):
            cut = [replace(each, rounds=min(each.rounds, rounds)) for each in planned]
            ask = self.ask(cut)
            if ask.requests <= self.config.budget_requests and ask.answers <= self.config.budget_tokens:
                return cut
        raise Mistake(
            f"one round takes {ask.requests:,} requests and up to {ask.answers:,} tokens in answers, and the "
            f"budget is {ask.most_requests:,} and {ask.most_tokens:,}: ask for fewer strategies or calls, a lower "
            "concurrency, or give a larger budget"
        )

    def ask(self, planned: Sequence[Planned]) -> Ask:
        """Return what carrying out *planned* would send."""
        counts = [((each.calls + each.warmups) * each.rounds, each.tokens) for each in planned]
        first = max((tokens for _, tokens in counts), default=0)
        return Ask(
            base_url=self.base_url,
            model=self.model,
            requests=1 + sum(count for count, _ in counts),
            answers=first + sum(count * tokens for count, tokens in counts),
            most_requests=self.config.budget_requests,
            most_tokens=self.config.budget_tokens,
            own=any(each.cell.client == OWN for each in planned),
        )

    def agreed(self, planned: Sequence[Planned]) -> list[Planned]:
        """
        Return as much of *planned* as fits, once it is agreed to and the preflight's request was answered well.

        Raises `Mistake` for a no, and for whatever would go wrong in every call.
        """
        planned = self.fitted(planned)
        if self._agree:
            self._agree(self.ask(planned))
        longest = max(each.tokens for each in planned)
        with self._preflight(longest) as preflight:
            usage = preflight.call()
        self.spent = Metered(1, usage.prompt + usage.output, int(not usage.counted))
        return planned

    def _preflight(self, tokens: int = 1) -> "Preflight":
        # It brings an HTTP client, which a run on the mock has no use for.
        from overlap.harness.remote.preflight import Preflight

        return Preflight(self.remote(tokens).endpoint(self.config.timeout, 0, 1), self.config.api_key_env)

    def remote(self, tokens: int) -> Remote:
        """Return the worker's copy of the endpoint, with what budget is left; *tokens* is the longest answer."""
        return Remote(
            base_url=self.base_url,
            model=self.model,
            key_env=self.config.api_key_env,
            max_tokens=tokens,
            requests=self.config.budget_requests - self.spent.requests,
            tokens=self.config.budget_tokens - self.spent.tokens,
        )

    def charge(self, metered: Metered) -> None:
        """Deduct from the budget what a slot has sent."""
        counts = ("requests", "tokens", "estimated", "limited", "held", "wait", "refused")
        sums = {name: getattr(self.spent, name) + getattr(metered, name) for name in counts}
        self.spent = replace(metered, **sums)

    def lost(self, planned: Planned) -> None:
        """Deduct from the budget what a slot without a result may have sent: every request that was planned."""
        calls = planned.calls + planned.warmups
        self.charge(Metered(calls, calls * planned.tokens, estimated=calls))

    def check(self, calls: Sequence[Call]) -> None:
        """Raise `VisitStopped` if the endpoint, or the slot whose *calls* these are, gives no reason to go on."""
        if self.spent.reason:
            raise VisitStopped(f"{self.spent.reason}, after {self.spent.requests:,} requests")
        failed = [call.error for call in calls if call.error]
        if failed and len(failed) == len(calls):
            most, sent = max(set(failed), key=failed.count), self.spent.requests
            raise VisitStopped(f"every call of {calls[0].cell} failed ({most}), after {sent:,} requests")

    def facts(self) -> dict[str, Any]:
        """Return what run.json says of the endpoint: names and counts, never the key."""
        return {
            "base_url": self.base_url,
            "model": self.model,
            "budget": {"requests": self.config.budget_requests, "tokens": self.config.budget_tokens},
            **asdict(self.spent),
        }
