"""Sends one request before anything is measured, so that a faulty endpoint is reported in one line."""

import json
from typing import Any, Self
from urllib.parse import urljoin

import httpx2

from overlap.harness.clients import _chat
from overlap.harness.host.secrets import line
from overlap.harness.model.endpoint import Endpoint
from overlap.harness.remote.patience import requested_wait
from overlap.harness.remote.secret import environment
from overlap.harness.remote.usage import Tap, Usage, guess
from overlap.harness.streams.sse import EventReader
from overlap.harness.text.mistakes import Mistake
from overlap.harness.text.numerals import exactly

PROMPT = "[call w00000] Say hello."
# Seconds to connect, and to the first byte: a local server may load the model first.
CONNECT, PATIENCE = 10.0, 120.0
# Of what an endpoint has or says, as much as fits in a line.
_LISTED, _QUOTED = 12, 120


class Preflight:
    """Queries *endpoint*, whose key is in the variable *key_env*; every error is a `Mistake` of one line."""

    def __init__(self, endpoint: Endpoint, key_env: str | None) -> None:
        self._endpoint, self._key_env = endpoint, key_env
        environment(key_env)
        self._http = httpx2.Client(
            headers=_chat.headers(endpoint) if key_env else {},
            timeout=httpx2.Timeout(PATIENCE, connect=CONNECT),
            trust_env=False,
            follow_redirects=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def model(self) -> str:
        """Return the endpoint's only model; asking for the list costs nothing."""
        there = self._models()
        if len(there) == 1:
            return there[0]
        if there:
            raise self._mistake(f"has {len(there)} models, choose one with --model: {_listed(there)}")
        raise self._mistake("lists no models; say which with --model")

    def call(self) -> Usage:
        """Ask for one short stream and read it through; return what it cost."""
        body = _chat.listening(self._endpoint, PROMPT)
        tap, data = Tap(guess(len(json.dumps(body)))), b""
        try:
            with self._http.stream("POST", self._endpoint.url(_chat.PATH), json=body) as response:
                for part in response.iter_bytes():
                    tap.feed(part)
                    data = (data + part)[:65_536]
        except httpx2.HTTPError as wrong:
            raise self._failed(wrong) from None
        if response.status_code != 200:
            raise self._refused(response, data)
        self._check(response.headers.get("content-type", ""), data)
        return tap.usage()

    def _models(self) -> list[str]:
        """Return the names of the endpoint's models; [] if it does not list them."""
        try:
            response = self._http.get(self._endpoint.url("models"))
            listing = response.json() if response.status_code == 200 else {}
        except httpx2.HTTPError as wrong:
            raise self._failed(wrong) from None
        except ValueError:
            return []
        if response.status_code in {401, 403}:
            raise self._refused(response, response.content)
        listed = listing.get("data") if isinstance(listing, dict) else None
        return [str(each["id"]) for each in listed or () if isinstance(each, dict) and "id" in each]

    def _mistake(self, what: str) -> Mistake:
        return Mistake(line(f"{self._endpoint.base_url} {what}"))

    def _failed(self, wrong: httpx2.HTTPError) -> Mistake:
        if isinstance(wrong, httpx2.ConnectTimeout):
            return self._mistake(f"does not accept a connection within {CONNECT:g} s")
        if isinstance(wrong, httpx2.TimeoutException):
            return self._mistake(f"does not answer within {PATIENCE:g} s")
        if isinstance(wrong, httpx2.ConnectError):
            return self._mistake(f"cannot be reached: {_reason(wrong)}")
        return self._mistake(f"breaks off without an answer: {_reason(wrong)}")

    def _refused(self, response: httpx2.Response, data: bytes) -> Mistake:
        """Return an error for a status other than 200: what it means here, and what to do about it."""
        status, message = response.status_code, _said(data)
        if 300 <= status < 400:
            there = urljoin(str(response.request.url), response.headers.get("location", ""))
            base = there.removesuffix(f"/{_chat.PATH}")
            return self._mistake(f"redirects ({status}) to {base}; give that address")
        if status == 401:
            named = f"the key in {self._key_env}" if self._key_env else "a call without a key; see --api-key-env"
            return self._mistake(f"refuses {named} (401){message}")
        if status == 404:
            return self._mistake(self._missing(message))
        if status == 429:
            wait = requested_wait({name.lower(): value for name, value in response.headers.items()})
            later = "" if wait is None else f", and asks to wait {exactly(wait)} s"
            return self._mistake(f"is at its rate limit (429){later}{message}")
        return self._mistake(f"answers {status}{message}")

    def _missing(self, message: str) -> str:
        try:
            there = self._models()
        except Mistake:
            there = []
        if there and self._endpoint.model not in there:
            return f"has no model {self._endpoint.model!r} (404); there are: {_listed(there)}"
        return f"has nothing at /{_chat.PATH} (404){message}; a base URL often ends in /v1"

    def _check(self, kind: str, data: bytes) -> None:
        """Raise `Mistake` for an answer that is no stream of chat completion chunks."""
        kind = kind.partition(";")[0].strip() or "no content type"
        reader = EventReader()
        events = [event.data for event in (*reader.feed(data), *reader.end()) if event.data]
        if not events:
            raise self._mistake(f"answers with {kind}, which is no stream of chat completions{_said(data)}")
        first = _json(events[0])
        if isinstance(first, dict) and "error" in first:
            raise self._mistake(f"answers with an error{_said(events[0])}")
        if not isinstance(first, dict) or not isinstance(first.get("choices"), list):
            raise self._mistake("answers with events that have no `choices`: no chat completions")


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return None


def _said(data: bytes) -> str:
    """Quote the error's message, if there is one; a page of HTML is not quoted."""
    content = _json(data)
    error = content.get("error", content) if isinstance(content, dict) else None
    words = error.get("message", error.get("detail")) if isinstance(error, dict) else error
    return f': "{" ".join(words.split())[:_QUOTED]}"' if isinstance(words, str) and words else ""


def _reason(wrong: BaseException) -> str:
    """Return what the deepest of the causes says: the library's own words hide the system's."""
    words = str(wrong)
    cause = wrong.__cause__ or wrong.__context__
    while cause:
        words = str(cause) or words
        cause = cause.__cause__ or cause.__context__
    return words or type(wrong).__name__


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more
