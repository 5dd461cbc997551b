"""From a request to what is to be written for it, and when: reading, limits, behaviour, schedule, faults."""

import time
import traceback
from array import array
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import NamedTuple

from overlap.mock_server import overrides
from overlap.mock_server.behaviour import rules
from overlap.mock_server.behaviour.behaviour import KEYS, LONGEST, Behaviour, behaviour
from overlap.mock_server.behaviour.rules import FaultRule, RequestFacts
from overlap.mock_server.config import Config
from overlap.mock_server.exchange import schedule_plan as plan
from overlap.mock_server.exchange.counters import Counts
from overlap.mock_server.exchange.identity import Identity
from overlap.mock_server.exchange.journal import LONGEST_PATH, Entry
from overlap.mock_server.exchange.schedule_plan import AnswerPlan, End
from overlap.mock_server.http import response_bytes
from overlap.mock_server.http.request import Known, Request
from overlap.mock_server.limits import heads
from overlap.mock_server.limits.buckets import OwnBuckets, SharedBuckets
from overlap.mock_server.limits.limiting import Limiting
from overlap.mock_server.options import registry
from overlap.mock_server.options.settings import BadSetting
from overlap.mock_server.options.shown import reason
from overlap.mock_server.timing.schedule import LazyDraws, warms_up
from overlap.mock_server.wire.common import errors, models, shapes
from overlap.mock_server.wire.common.answer import Answer, AnswerEvents, ApiRequest
from overlap.mock_server.wire.common.lazy import LazyParts as Parts

WIRE = "overlap.mock_server.wire.endpoints"
SURELY_SHORT = plan.LONG // 64
"""Tokens of an answer that is quickly made, whatever stands beside each of them: at most 20 other likely ones."""


class Answered(NamedTuple):
    """
    The journal's entry and the plan of an answer.

    `prefill` is how long the prompt takes to read, in ns; None for what no load model has to work on. Where there
    is `work`, the plan is empty: to make it takes so long that nobody should wait for it. It is `held` whole then,
    or made piece by piece as it is sent.
    """

    entry: Entry
    plan: AnswerPlan
    prefill: int | None
    work: Callable[[], AnswerPlan] | None = None
    held: bool = False


def endpoints() -> dict[str, ModuleType]:
    """Return the modules of the wire that serve a path, by path."""
    modules = (import_module(f"{WIRE}.{name}") for name in registry.names(WIRE))
    return {module.PATH: module for module in modules if hasattr(module, "events") and hasattr(module, "PATH")}


def at_once() -> "array[int]":
    """Return the schedule of what is due on arrival."""
    return array("q", (0,))


class Responder:
    """
    Decides everything about an answer, and writes nothing.

    What it remembers from one request to the next is only what callers are told of: how many there were, and what
    the limits have left.
    """

    def __init__(
        self, config: Config, full: Callable[[], bool], counts: Counts, buckets: OwnBuckets | SharedBuckets
    ) -> None:
        self._full = full
        self._counts = counts
        self._buckets = buckets
        self._endpoints = endpoints()
        # Older endpoints name the model in a header.
        self._named = frozenset(path for path, one in self._endpoints.items() if hasattr(one, "NAMES_MODEL"))
        self._identity = Identity()
        self.configure(config)

    @property
    def paths(self) -> frozenset[str]:
        """The paths that are answered."""
        return frozenset({*self._endpoints, models.PATH})

    def configure(self, config: Config) -> None:
        """Serve by *config* from now on; limits start afresh, and requests are counted from 1 again."""
        self._seed = config.seed
        self._config = config
        self._default = config.behaviour()
        self._permits = config.permitted()
        self._models = config.models()
        self._rules = config.rules()
        self._buckets.clear()
        self._counts.afresh()
        self._limiting = Limiting(config.rpm, config.tpm, self._buckets, config.burst)
        self._lane = config.slots > 0

    def answer(self, request: Request, connection: int) -> Answered:
        """Return what to do about *request*, which came on the connection of that number."""
        request_id, identity = self._identity.draw()
        tag, length = request.tag()
        entry = Entry(
            tag, request_id, request.path[:LONGEST_PATH], request.attempt(), connection, request.received
        )
        try:
            return self._served(request, entry, identity, length)
        except errors.ApiError as refused:
            return _refused(request, entry, refused, 0)
        except BaseException as wrong:  # noqa: BLE001 - whatever is wrong, the client gets an answer
            return _refused(request, entry, _unforeseen(wrong, request, entry), 0)

    def _served(self, request: Request, entry: Entry, identity: str, length: int | None) -> Answered:
        endpoint = self._endpoint(request)
        if endpoint is None:
            body = _listed(request)
            head = heads.whole(entry.request_id, 0, heads.NO_LIMITS, len(body), keep=request.keep)
            laid = plan.whole(head, body, 0)
            laid.end = End.KEEP if request.keep else End.CLOSE
            entry.planned = laid.planned()
            return Answered(entry, laid, None)
        api_request = endpoint.read(request.body) if request.known is None else _wanted(request.known)
        entry.stream, entry.prompt_tokens = api_request.stream, api_request.prompt_tokens
        key = self._key(entry)
        warm = key[:1] == "w" and warms_up(key)
        chosen = overrides.choices(request)
        how = self._behaviour(api_request.model, chosen)
        rule = None if warm else self._rule(entry, key, api_request.model, chosen)
        if rule is not None:
            entry.fault = rule.words
            if rule.refuses:
                refused, delay = rule.call(**rule.settings)
                return _refused(request, entry, refused, round(delay * 1e9))
        if length is None or "tokens" in chosen:
            length = how.length(key)
        tokens, reason = endpoint.compose(api_request, min(max(length, 1), LONGEST))
        entry.tokens = len(tokens) * api_request.answers
        limits = heads.NO_LIMITS if warm else self._admitted(api_request, entry.tokens, request.received)
        if request.path in self._named:
            limits += models.header(api_request.model)
        prefill = 0 if warm else how.prefill * api_request.prompt_tokens
        added = 0 if self._lane else prefill  # the load model has a lane for it
        lane = None if warm else prefill
        if len(tokens) > SURELY_SHORT and len(tokens) * getattr(api_request, "per_token", 1) > plan.LONG:
            rest = endpoint, api_request, tokens, reason, how, key, rule, limits, identity, added
            work = partial(_worked, request, entry, *rest)
            return Answered(entry, plan.empty(), lane, work, rule is not None)
        laid = _laid(
            request, entry, endpoint, api_request, tokens, reason, how, key, rule, limits, identity, added
        )
        return Answered(entry, laid, lane)

    def reader(self, request: Request) -> str | None:
        """Return the module that reads the body of *request*; None where no body is looked at."""
        endpoint = self._endpoints.get(request.path)
        takes_it = endpoint is not None and request.method == "POST" and request.refused is None
        return endpoint.__name__ if endpoint is not None and takes_it else None

    def _admitted(self, api_request: ApiRequest, tokens: int, now: int) -> bytes:
        """Return the rate-limit headers of a request that may pass; raises `Refused` for others."""
        limits = self._limiting.admit(api_request.model, api_request.prompt_tokens + tokens, now)
        if self._full():
            raise errors.overloaded()
        return limits

    def _endpoint(self, request: Request) -> ModuleType | None:
        """Return the endpoint that *request* is for; None for the list of models."""
        if request.refused is not None:
            raise request.refused
        endpoint = self._endpoints.get(request.path)
        if endpoint is not None and request.method != "POST":
            raise errors.method_not_allowed(request.method)
        return endpoint

    def _key(self, entry: Entry) -> str:
        """Return what the request's draws belong to: its tag, or its number among those without one."""
        return entry.tag if entry.tag is not None else f"#{self._counts.untagged()}"

    def _behaviour(self, model: str, chosen: dict[str, str]) -> Behaviour:
        how = self._models.get(model, self._default) if self._models else self._default
        if not chosen:
            return how
        words = {**self._config.words(model), **{name: said for name, said in chosen.items() if name in KEYS}}
        try:
            return behaviour(**words, seed=self._seed, permits=self._permits)
        except BadSetting as bad:
            raise errors.bad_request(str(bad), overrides.FIELD) from None

    def _rule(self, entry: Entry, key: str, model: str, chosen: dict[str, str]) -> FaultRule | None:
        if "fault" in chosen:
            try:
                return rules.rule(chosen["fault"], self._permits)
            except BadSetting as bad:
                raise errors.bad_request(str(bad), overrides.FIELD) from None
        if not self._rules:
            return None
        facts = RequestFacts(key, self._counts.request(), entry.tag, entry.attempt, model)
        return rules.first(self._rules, facts, self._seed)


def _wanted(known: Known) -> ApiRequest:
    """Return what the caller wants; raises what the reading of the body raised."""
    if isinstance(known.wanted, Exception):
        raise known.wanted
    wanted: ApiRequest = known.wanted
    return wanted


_Order = tuple[ModuleType, ApiRequest, Sequence[str], str, Behaviour, str, FaultRule | None, bytes, str, int]
"""What `_laid` is called with, in its order."""


def _worked(request: Request, entry: Entry, *order: *_Order) -> AnswerPlan:
    """Make the plan of an answer in another thread than the loop's; whatever goes wrong is a plan too."""
    try:
        return _laid(request, entry, *order, LazyDraws())
    except errors.ApiError as wrong:
        refused = wrong
    except BaseException as wrong:  # noqa: BLE001 - whatever is wrong, the client gets an answer
        refused = _unforeseen(wrong, request, entry)
    return refusal(entry, refused, 0, keep=request.keep)


def _laid(  # noqa: PLR0913, PLR0917 - all that was decided; to put it in one object costs as much as a header
    request: Request,
    entry: Entry,
    endpoint: ModuleType,
    api_request: ApiRequest,
    tokens: Sequence[str],
    reason: str,
    how: Behaviour,
    key: str,
    rule: FaultRule | None,
    limits: bytes,
    identity: str,
    prefill: int,
    rng: LazyDraws | None = None,
) -> AnswerPlan:
    """Make the plan of an answer, all of it *prefill* ns later than its schedule says."""
    due = how.schedule.due(key, len(tokens) or 1, rng)
    if prefill:
        due = array("q", [at + prefill for at in due])
    answer = Answer(identity, int(time.time()), tokens, api_request.prompt_tokens, reason)
    if api_request.stream:
        events = endpoint.events(api_request, answer, how.group)
        laid = _streamed(request, entry.request_id, events, due, limits, apart=how.apart)
        if laid.flow is not None:
            laid.together = max(1, laid.together // getattr(api_request, "per_token", 1))
    else:
        parts = endpoint.parts(api_request, answer) if "parts" in endpoint.__dict__ else None
        if parts is None:
            laid = _whole(request, entry.request_id, endpoint.whole(api_request, answer), due[-1], limits)
        else:
            laid = _in_parts(request, entry.request_id, parts, due[-1], limits)
    if rule is not None:
        laid.gather()
        rule.call(laid, **rule.settings)
    entry.planned = laid.planned()
    if laid.end is End.KEEP and not (request.keep and (laid.chunked or not laid.stream)):
        laid.end = End.CLOSE
    return laid


def _streamed(  # noqa: PLR0913 - what a head is made of
    request: Request, request_id: str, events: AnswerEvents, due: "array[int]", limits: bytes, *, apart: bool
) -> AnswerPlan:
    chunked, keep = request.chunks, request.keep and request.chunks
    head = heads.streamed(request_id, due[0], limits, events.kind, chunked=chunked, keep=keep)
    laid = plan.streamed(head, shapes.apart(events) if apart else events, due, chunked=chunked)
    if apart:
        laid.together = 1
    return laid


def _in_parts(request: Request, request_id: str, parts: Parts, due: int, limits: bytes) -> AnswerPlan:
    chunked, keep = request.chunks, request.keep and request.chunks
    head = heads.streamed(request_id, due, limits, response_bytes.JSON, chunked=chunked, keep=keep)
    return plan.in_parts(head, parts, due, chunked=chunked)


def _whole(request: Request, request_id: str, body: bytes, due: int, limits: bytes) -> AnswerPlan:
    head = heads.whole(request_id, due, limits, len(body), keep=request.keep)
    return plan.whole(head, body, due)


def _unforeseen(wrong: BaseException, request: Request, entry: Entry) -> errors.ApiError:
    """Return the answer to an unforeseen error: 400 if the request chose it, else 500 and a traceback here."""
    if isinstance(wrong, KeyboardInterrupt):
        raise wrong
    if overrides.chooses(request):
        return errors.bad_request(
            f"What '{overrides.FIELD}' asks for cannot be played: {reason(wrong)}", overrides.FIELD
        )
    traceback.print_exception(wrong)
    return errors.server_error(entry.request_id)


def refusal(entry: Entry, refused: errors.ApiError, delay: int, *, keep: bool) -> AnswerPlan:
    """Plan an error as the answer, *delay* ns after the request, and note it in *entry*."""
    entry.status, entry.stream = refused.status, False
    entry.retry_after = refused.pause
    head = heads.refused(entry.request_id, refused.status, len(refused.body), refused.headers, keep=keep)
    laid = plan.whole(head, refused.body, delay)
    laid.end = End.KEEP if keep else End.CLOSE
    entry.planned = laid.planned()
    return laid


def _refused(request: Request, entry: Entry, refused: errors.ApiError, delay: int) -> Answered:
    return Answered(entry, refusal(entry, refused, delay, keep=request.keep), None)


def _listed(request: Request) -> bytes:
    if request.path == models.PATH or request.path.startswith(models.PATH + "/"):
        if request.method != "GET":
            raise errors.method_not_allowed(request.method)
        name = request.path[len(models.PATH) + 1 :]
        return models.one(name) if name else models.listing()
    raise errors.unknown_url(request.method, request.path)
