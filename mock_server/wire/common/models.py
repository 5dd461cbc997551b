"""The list of models, and the dated snapshot that answers under a model's short name."""

import re
from functools import lru_cache

import orjson

PATH = "/v1/models"

_SNAPSHOTS = {
    "gpt-3.5-turbo": "gpt-3.5-turbo-0125",
    "gpt-3.5-turbo-instruct": "gpt-3.5-turbo-instruct:20230824-v2",
    "gpt-4": "gpt-4-0613",
    "gpt-4-turbo": "gpt-4-turbo-2024-04-09",
    "gpt-4o": "gpt-4o-2024-08-06",
    "gpt-4o-mini": "gpt-4o-mini-2024-07-18",
    "gpt-4.1": "gpt-4.1-2025-04-14",
    "gpt-4.1-mini": "gpt-4.1-mini-2025-04-14",
    "gpt-4.1-nano": "gpt-4.1-nano-2025-04-14",
    "gpt-5": "gpt-5-2025-08-07",
    "gpt-5-mini": "gpt-5-mini-2025-08-07",
    "gpt-5-nano": "gpt-5-nano-2025-08-07",
    "o3": "o3-2025-04-16",
    "o3-mini": "o3-mini-2025-01-31",
    "o4-mini": "o4-mini-2025-04-16",
}
_OTHERS = (
    "mock-model",
    "text-embedding-ada-002",
    "text-embedding-3-small",
    "text-embedding-3-large",
)
_CREATED = 1_715_367_049
_NAME = re.compile(r"[\w.:/@+-]{1,128}")
_REASONING = re.compile(r"(?:.*/)?(?:gpt-5(?!-chat)|o[1-9](?:-|$)).*")


def known() -> list[str]:
    """Return the names in the list; any other name is answered too, as a mock has no models to lack."""
    return [*_OTHERS, *_SNAPSHOTS, *_SNAPSHOTS.values()]


def snapshot(model: str) -> str:
    """Return the name that an answer carries for *model*: the dated one where OpenAI has one."""
    return _SNAPSHOTS.get(model, model)


@lru_cache(maxsize=256)
def reasoning(model: str) -> bool:
    """Return whether *model* is of a family that thinks first, and so refuses `max_tokens`, `stop` and more."""
    return _REASONING.match(model) is not None


def sayable(model: str) -> bool:
    """Return whether *model* looks like a name at all."""
    return _NAME.fullmatch(model) is not None


def header(model: str) -> bytes:
    """Return the header line that names the model; only endpoints with `NAMES_MODEL` send it."""
    return f"openai-model: {snapshot(model)}\r\n".encode("ascii", "replace")


def _entry(model: str) -> dict[str, object]:
    return {"id": model, "object": "model", "created": _CREATED, "owned_by": "overlap"}


def listing() -> bytes:
    """Return the body of `GET /v1/models`."""
    listed = {"object": "list", "data": [_entry(model) for model in known()]}
    return orjson.dumps(listed, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def one(model: str) -> bytes:
    """Return the body of `GET /v1/models/<model>`."""
    return orjson.dumps(_entry(model), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
