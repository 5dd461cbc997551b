"""The options of a diagnosis."""

from dataclasses import dataclass
from pathlib import Path

from overlap.harness.model.config import check_hosts, default_executor, seed_of, shortly
from overlap.harness.text.mistakes import Mistake
from overlap.harness.text.numerals import exactly

# A service with a first token after 40 ms and then one every 3 ms, 64 in all: quick as services go, so that what
# the client adds can be seen and a diagnosis takes seconds, and slow enough for a call's own CPU time not to
# matter. With 32 tokens it did on a slow core: at four requests a call the loop was busy longer than it waited.
TOKENS = 64
MOST_TOKENS = 1_000_000
PROFILE = "lognormal,ttft=0.04,itl=0.003,sigma=0.3"


@dataclass(frozen=True, slots=True)
class DiagnosisRequest:
    """
    One diagnosis; times are seconds.

    A slot makes *calls* calls, *concurrency* of them in flight. *strategy* None takes the first that the
    application has the method for. *only* are interventions by name; none means all. *fault* are the mock's
    faults, for an application that is to be seen with a server that fails at times. *env* names environment
    variables that the application needs. *python* is the Python of its environment, and *allow* hosts that it may
    reach besides the mock, both as in `RunConfig`.
    """

    target: str
    inputs: Path | None = None
    strategy: str | None = None
    concurrency: int = 16
    calls: int = 32
    rounds: int = 5
    profile: str = PROFILE
    tokens: int = TOKENS
    fault: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    python: str | None = None
    allow: tuple[str, ...] = ()
    executor: int = default_executor()
    seed: int = 7
    timeout: float = 30.0
    slot_timeout: float = 60.0
    results: Path = Path("results")

    def __post_init__(self) -> None:
        """Refuse what no diagnosis could mean."""
        check_hosts(self.allow)
        limits = (("concurrency", 1, 10_000), ("calls", 1, 100_000), ("rounds", 3, 1000), ("executor", 1, 10_000))
        for name, least, most in limits:
            if not least <= getattr(self, name) <= most:
                raise Mistake(f"{name} must lie between {least} and {most}, not {shortly(getattr(self, name))}")
        if not 1 <= self.tokens <= MOST_TOKENS:
            raise Mistake(f"tokens must lie between 1 and {MOST_TOKENS}, not {shortly(self.tokens)}")
        seed_of(self.seed)
        if not 0 < self.slot_timeout <= 86_400:
            raise Mistake(f"slot_timeout must lie between 0 and 86400 seconds, not {exactly(self.slot_timeout)}")
