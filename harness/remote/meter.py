"""Counts what a worker sends to a real endpoint before it leaves, and sends no more than is left of the budget."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from threading import Lock
from time import monotonic_ns, sleep
from urllib.parse import urlsplit

from overlap.harness.model.endpoint import Remote
from overlap.harness.model.record import Call, Metered
from overlap.harness.probe import of_any_round, tag
from overlap.harness.remote.patience import MOST, backoff, requested_wait
from overlap.harness.remote.usage import Tap, Usage, guess, tag_of

# After these nothing that follows can go better, and each of them is a request.
_HOPELESS = {401: "the endpoint refuses the key (401)", 403: "the endpoint forbids it (403)"}
# What an answer out of order or out of money says of itself, in whatever words around it.
_QUOTA = b"insufficient_quota"


class Spent(Exception):
    """A request that was not sent: the budget is spent, or the endpoint wants none; the message says which."""


class Ticket:
    """One request that left, until its answer has ended; `reserved` tokens are set aside for it meanwhile."""

    def __init__(self, meter: "Meter", tag: str | None, prompt: int, reserved: int) -> None:
        self._meter = meter
        self._tap = Tap(prompt)
        self._prompt = prompt
        self.tag, self.reserved, self.status, self.quota, self.open = tag, reserved, 0, False, True

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        """Note the head of the answer; names of headers are in lower case."""
        self.status = status
        if headers.get("content-encoding", "identity") != "identity":
            self._tap = Tap(self._prompt, packed=True)
        self._meter.answered(status, headers)

    def feed(self, data: bytes) -> None:
        """Note a piece of the body."""
        self._tap.feed(data)
        if self.status == 429 and _QUOTA in data:
            self.quota = True

    def end(self) -> None:
        """Note that the answer has ended, or will never be read to its end; repeated calls do nothing."""
        if self.open:
            self.open = False
            self._meter.ended(self, self._tap)


class Meter:
    """
    The account of one slot; used from several threads and tasks.

    A request waits if the endpoint has asked for a pause. It is refused with `Spent` if it would exceed what
    *remote* has left: one request, and its prompt with the longest answer that it requests.
    """

    def __init__(self, remote: Remote) -> None:
        self._remote = remote
        self._host = urlsplit(remote.base_url).hostname
        self._lock = Lock()
        self._open: set[Ticket] = set()
        self._output: defaultdict[str | None, list[Usage]] = defaultdict(list)
        self._not_before = 0
        self._refusals = 0
        self.streams: dict[int, Ticket] = {}
        """Answers of aiohttp that are under way, by the identity of their stream, which takes no attribute."""
        self.total = Metered(0, 0)

    def concerns(self, host: str | None) -> bool:
        """Return whether a request to *host* is one to the endpoint; an application may call other hosts, too."""
        return host == self._host

    async def pause_async(self) -> None:
        """Wait until the endpoint accepts requests again."""
        while wait := self._wait():  # noqa: ASYNC110  what it waits for is a point in time, which may move on
            await asyncio.sleep(wait / 1e9)

    def pause(self) -> None:
        """Wait as `pause_async` does, but block the thread."""
        while wait := self._wait():
            sleep(wait / 1e9)

    def _wait(self) -> int:
        """Return how long the next request has to wait, in ns, and count it as held."""
        with self._lock:
            wait = max(self._not_before - monotonic_ns(), 0) if self.total.reason is None else 0
            if wait:
                self._add(held=1, wait=wait)
            return wait

    async def asked(self, body: bytes) -> Ticket:
        """Wait until the endpoint accepts requests again, and count one. Raises `Spent`."""
        await self.pause_async()
        return self.admit(body)

    def admit(self, body: bytes) -> Ticket:
        """Count a request that is about to leave. Raises `Spent` where it may not."""
        prompt = guess(len(body))
        with self._lock:
            reserved = prompt + self._remote.max_tokens
            aside = sum(ticket.reserved for ticket in self._open)
            if self.total.reason is None:
                if self.total.requests >= self._remote.requests:
                    self._stop("the budget of requests is spent")
                elif self.total.tokens + aside + reserved > self._remote.tokens:
                    self._stop("the budget of tokens is spent")
            if self.total.reason is not None:
                self._add(refused=1)
                raise Spent(self.total.reason)
            self._add(requests=1)
            ticket = Ticket(self, tag_of(body), prompt, reserved)
            self._open.add(ticket)
            return ticket

    def answered(self, status: int, headers: Mapping[str, str]) -> None:
        """Note an answer's head: a refusal holds back what comes next, or ends it all."""
        with self._lock:
            if status in _HOPELESS:
                self._stop(_HOPELESS[status])
            wait = requested_wait(headers)
            if status != 429 and not (status == 503 and wait is not None):
                self._refusals = 0 if status < 400 else self._refusals
                return
            self._add(limited=1)
            now = monotonic_ns()
            # Those that were under way together are refused together: that is one refusal, not many in a row.
            self._refusals += now >= self._not_before
            # A wait of zero counts as none, as in the OpenAI SDK.
            wait = wait or backoff(self._refusals)
            if wait > MOST:
                self._stop(f"the endpoint asks to wait {wait:.0f} s ({status})")
            self._not_before = max(self._not_before, now + int(wait * 1e9))

    def ended(self, ticket: Ticket, tap: Tap) -> None:
        """Take what an answer has cost off the budget."""
        with self._lock:
            self._open.discard(ticket)
            if ticket.quota:
                self._stop("the endpoint's quota is used up (429 insufficient_quota)")
            if not 200 <= ticket.status < 300:
                return
            usage = tap.usage()
            self._add(tokens=usage.prompt + usage.output, estimated=int(not usage.counted))
            self._output[ticket.tag and of_any_round(ticket.tag)].append(usage)

    def close(self) -> None:
        """End what is still open: an answer that was not read to its end has been paid for all the same."""
        for ticket in tuple(self._open):
            ticket.end()

    def told(self, calls: Iterable[Call]) -> list[Call]:
        """
        Return *calls* with the output tokens that their answers state, reasoning left out.

        A call keeps no count if one of its answers does not state one, or states none for reasoning that was seen.
        """
        with_tokens = []
        for call in calls:
            usages = self._output.get(tag(call.index, warmup=call.warmup), [])
            mixed = call.reasoning is not None and any(each.reasoning is None for each in usages)
            if usages and all(each.counted for each in usages) and not mixed:
                tokens = sum(each.output - (each.reasoning or 0) for each in usages)
                with_tokens.append(replace(call, usage=tokens, answers=len(usages)))
            else:
                with_tokens.append(call)
        return with_tokens

    def _add(self, **more: int) -> None:
        self.total = replace(self.total, **{key: getattr(self.total, key) + n for key, n in more.items()})

    def _stop(self, reason: str) -> None:
        self.total = replace(self.total, reason=self.total.reason or reason)
