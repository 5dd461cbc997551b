"""
The one fact: what is known about one call, one slot and one cell; everything reported is a function of these.

Times are integer nanoseconds on CLOCK_MONOTONIC, which client and server share on one host. What is not known
is None, never 0. A property that has nothing to be derived from answers None.
"""

from collections.abc import Sequence
from dataclasses import dataclass

OWN = "own"
"""The client of an application that brings its own."""

UNTRIED = "left out after its first failure"
"""Why a slot is missing that was not begun, since the one before it of the same cell had failed."""

STOPPED = "Stopped"
"""The error of a call of a load run that the end of its test cut off."""

LEFT = "left by the user"
"""The error of a call of a load run whose user went away before the answer was complete."""


@dataclass(frozen=True, slots=True)
class Cell:
    """
    What is held fixed in one timed execution: one point of the matrix that a run walks over.

    `variant` names one of the ways in which the scenario builds its application; "" where there is only one.
    `arrivals` says when an open loop's calls are due ("poisson,rate=50"); "" in a closed loop.
    """

    scenario: str
    client: str
    strategy: str
    loop: str
    concurrency: int
    profile: str = ""
    variant: str = ""
    arrivals: str = ""

    @property
    def id(self) -> str:
        """
        The cell's name in files and reports; a run has one profile and one kind of arrivals a scenario.

        >>> Cell("executor", "chain", "gather", "asyncio", 16, variant="64 threads").id
        'executor/chain/gather/asyncio/16/64 threads'
        """
        name = f"{self.scenario}/{self.client}/{self.strategy}/{self.loop}/{self.concurrency}"
        return f"{name}/{self.variant}" if self.variant else name


@dataclass(frozen=True, slots=True)
class Served:
    """
    One request as the server's journal has it.

    `received` is absolute; `planned`, `written` and `finished` are ns after it. `planned` has one number per
    token of a stream, or one for a whole body; `written` is shorter where the answer was cut. `attempt` counts
    from 0, where the client says it: the SDK does, bare HTTP does not. `retry_after` is the pause, in ns, that a
    refusal asked for.
    """

    received: int
    planned: Sequence[int]
    written: Sequence[int]
    finished: int
    status: int = 200
    tokens: int | None = None
    prompt_tokens: int | None = None
    attempt: int | None = None
    connection: int | None = None
    request_id: str | None = None
    stream: bool = False
    fault: str | None = None
    disconnected: bool = False
    retry_after: int | None = None

    @property
    def sent_tokens(self) -> int | None:
        """Tokens that were sent, of all choices: fewer than `tokens` where the answer was cut."""
        if self.tokens is None or not self.planned:
            return self.tokens
        return round(self.tokens * len(self.written) / len(self.planned))

    @property
    def lateness(self) -> int | None:
        """How late the last planned write was, in ns; None where it was never made."""
        if not self.planned or len(self.written) < len(self.planned):
            return None
        return self.written[-1] - self.planned[-1]


@dataclass(frozen=True, slots=True)
class Call:
    """
    One use of the application under test, as its caller saw it.

    `chunks` holds the arrival of each chunk that carried output, in ns after `sent` (empty unless streamed).
    `due` is None in a closed loop. `served` is what the server's journal says of it: several entries after
    retries or in a chain of several requests, none where the call never arrived. Where nobody keeps a journal,
    `usage` has the tokens that the answers themselves tell of, without reasoning, added up over so many
    `answers`. `reasoning` is the arrival of the first piece of reasoning, which is no output, in ns after `sent`;
    `ended` says whether a stream told that it was complete. `streamed` is False for an answer of a load run that
    comes whole, None where nobody has said. `together`: handed over in one go with others (`batch`), so that
    `sent` is when all of them were, and `done` may be when all of them had ended.
    """

    cell: str
    round: int
    index: int
    sent: int
    done: int
    due: int | None = None
    chunks: Sequence[int] = ()
    error: str | None = None
    warmup: bool = False
    served: tuple[Served, ...] = ()
    usage: int | None = None
    answers: int = 1
    reasoning: int | None = None
    ended: bool | None = None
    streamed: bool | None = None
    together: bool = False

    @property
    def failed(self) -> bool:
        """Whether the call failed; one that was cut off by the test's end or left by its user did not."""
        return self.error is not None and self.error not in {STOPPED, LEFT}

    @property
    def start(self) -> int:
        """Where latency is counted from: the due time in an open loop, else the moment of sending."""
        return self.sent if self.due is None else self.due

    @property
    def lag(self) -> int | None:
        """Schedule lag: sent - due; None in a closed loop."""
        return None if self.due is None else self.sent - self.due

    @property
    def e2e(self) -> int | None:
        """
        Done - start; None for a call that failed, whose end says nothing about an answer.

        None as well for one that was handed over together with others: nobody saw when it began by itself.
        """
        return None if self.error or self.together else self.done - self.start

    @property
    def ttft(self) -> int | None:
        """First token of any kind, reasoning included, - start; None where nothing was streamed."""
        first = self.chunks[0] if self.chunks else None
        if self.reasoning is not None:
            first = self.reasoning if first is None else min(first, self.reasoning)
        return None if first is None else first + self.sent - self.start

    @property
    def first_answer(self) -> int | None:
        """First token of the answer - start, of a call that was seen reasoning; else None, since it is TTFT."""
        if self.reasoning is None or not self.chunks:
            return None
        return self.chunks[0] + self.sent - self.start

    @property
    def itl(self) -> list[int] | None:
        """Gaps between neighbouring output chunks, one by one; None below two chunks."""
        if len(self.chunks) < 2:
            return None
        return [later - earlier for earlier, later in zip(self.chunks, self.chunks[1:], strict=False)]

    @property
    def output_tokens(self) -> int | None:
        """
        Tokens of the answers of all the call's requests, without reasoning: those that were really sent.

        As the server's journal counts them, of an answer that was cut those before the cut; else as the answers
        themselves tell.
        """
        counts = [entry.sent_tokens for entry in self.served if entry.status < 400]
        present = [count for count in counts if count is not None]
        return sum(present) if present else self.usage

    @property
    def tpot(self) -> float | None:
        """
        (Last chunk - first chunk) / (tokens of the streamed answer - 1), as vLLM has it; None below two tokens.

        Known only where exactly one request of the call was streamed: with retries or several streams nobody can
        say which tokens came between the first and the last chunk. Of several choices, the tokens of one.
        """
        tokens = self._streamed_tokens
        if len(self.chunks) < 2 or tokens is None or tokens < 2:
            return None
        return (self.chunks[-1] - self.chunks[0]) / (tokens - 1)

    @property
    def _streamed_tokens(self) -> int | None:
        """Tokens of one choice of the only streamed answer; None where there is none, or more than one."""
        if not self.served:
            return self.usage if self.answers == 1 else None
        good = [each for each in self.served if each.status < 400]
        # A whole answer has one due time; one of several is a stream, whatever is noted of it.
        streams = [each for each in good if each.stream or len(each.planned) > 1] or good
        if len(streams) != 1:
            return None
        [only] = streams
        # A stream has a due time for each token of a choice.
        return len(only.written) if len(only.planned) > 1 else only.tokens

    @property
    def attempts(self) -> int | None:
        """Requests the server saw for this call; None where the journal knows nothing of it."""
        return len(self.served) or None


@dataclass(frozen=True, slots=True)
class Lag:
    """How late the event loop ran a heartbeat that was due every few milliseconds, in ns; p99 of 100 or more."""

    p50: int
    p99: int | None
    max: int
    count: int


@dataclass(frozen=True, slots=True)
class Pauses:
    """The garbage collections of one slot: how many, and their time in all and at most, in ns."""

    count: int
    total: int
    longest: int


@dataclass(frozen=True, slots=True)
class Queue:
    """How long pieces of work waited for a thread of the default executor, in ns."""

    count: int
    p50: int
    max: int


@dataclass(frozen=True, slots=True)
class Metered:
    """
    What a worker sent to a real endpoint in one slot, warm-up and all, counted before it left.

    `tokens` are prompts and answers together, by the answers' own usage; `estimated` counts the answers that had
    none. `limited` counts answers of 429, `held` the requests that waited out what those asked for, in all `wait`
    ns, and `refused` those that were not sent at all: because of `reason`, where there is one.
    """

    requests: int
    tokens: int
    estimated: int = 0
    limited: int = 0
    held: int = 0
    wait: int = 0
    refused: int = 0
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """
    One timed execution of a cell.

    `made` is how many calls the strategy was handed (without warm-up). `cpu` is the CPU time between `started` and
    `ended` of the worker and of its children, for what is handed to them is the application's work; it is without
    that of the heartbeat, which is `beats`. If a slot did not come to its end, `cpu` is None, and `made` counts
    its calls on file. `peak`, `connections`, `requests` and `dropped` are the server's own counts since the slot
    began; None where the server keeps no journal, or it was lost. `steal` is the share of the time of the cores
    used that the hypervisor took meanwhile, `foreign` how many of these other programs kept busy.

    `gc`, `queue`, `pool` and `opened` are of the measured part alone: the collector's pauses, the waits for a
    thread of the loop's default executor and for a place in a client's connection pool, and the connections that
    its calls used and no warm-up call had opened. `metered` is what a real endpoint was sent,
    `offered` how late an open loop offered its calls to the strategy: the harness's own error.

    Of somebody's own application, `untagged` requests carried no tag of a call in flight; `by_time` of these were
    joined by time, and `untold` calls (warm-up and all) could not be joined with theirs. `tasks` and `threads`
    were left behind at the end. `refused` connections to other hosts than the server's were not made.
    `awake`: the worker's core was kept from sleeping, as it is for an open loop where that can be done.
    `processes` shared out an open loop's calls; `cpu` is then that of all, `lag` and `offered` the worst of them.
    """

    cell: str
    round: int
    position: int
    made: int
    started: int
    ended: int
    cpu: int | None
    lag: Lag | None = None
    peak: int | None = None
    connections: int | None = None
    requests: int | None = None
    unjoined: int | None = None
    dropped: int | None = None
    steal: float | None = None
    error: str | None = None
    gc: Pauses | None = None
    queue: Queue | None = None
    pool: Queue | None = None
    opened: int | None = None
    metered: Metered | None = None
    offered: Lag | None = None
    by_time: int | None = None
    untold: int | None = None
    tasks: int | None = None
    threads: int | None = None
    awake: bool | None = None
    processes: int | None = None
    beats: int | None = None
    foreign: float | None = None
    untagged: int | None = None
    refused: int | None = None
