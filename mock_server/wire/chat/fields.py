"""What a request for a chat completion may hold, in the order its faults are told."""

from typing import Any

from overlap.mock_server.wire.common import errors, logprobs, models, rules

_TIERS = ("auto", "default", "fast", "flex", "priority")
# Measured: asked for `fast`, OpenAI says it served `priority`.
_SERVED = {"fast": "priority", "flex": "flex", "priority": "priority"}
_STREAM_OPTIONS = {"include_usage": rules.boolean, "include_obfuscation": rules.boolean}


def _functions(where: str, value: Any) -> None:
    rules.objects(where, value, "function definitions")
    if not value:
        raise errors.empty(where)


def _stop(where: str, value: Any) -> None:
    if isinstance(value, str):
        return
    if not isinstance(value, list):
        raise errors.wrong_type(where, "one of a string or array of strings", value)
    if len(value) > 4:
        raise errors.too_long(where, len(value), 4, "array")
    for i, item in enumerate(value):
        rules.string(f"{where}[{i}]", item)


def _stream_options(where: str, value: Any) -> None:
    rules.mapping(where, value)
    rules.check(value, _STREAM_OPTIONS, f"{where}.")


def _modalities(where: str, value: Any) -> None:
    """Take `["text"]`: there is no voice here to answer with."""
    if not isinstance(value, list):
        raise errors.wrong_type(where, "an array of strings", value)
    for i, item in enumerate(value):
        rules.one_of("text")(f"{where}[{i}]", item)


def _unsupported(where: str, value: Any) -> None:  # noqa: ARG001 - whatever it is
    """Take nothing."""
    raise errors.unsupported(where)


# `tools`, `tool_choice`, `function_call` and `response_format` are read with care where they are used.
RULES: dict[str, rules.Rule] = {
    "messages": rules.anything,
    "model": rules.anything,
    "functions": _functions,
    "function_call": rules.anything,
    "tools": rules.objects,
    "tool_choice": rules.anything,
    "parallel_tool_calls": rules.boolean,
    "response_format": rules.mapping,
    "max_completion_tokens": rules.integer(1),
    "max_tokens": rules.integer(1),
    "n": rules.integer(1, 128),
    "stop": _stop,
    "temperature": rules.decimal(0, 2),
    "top_p": rules.decimal(0, 1),
    "presence_penalty": rules.decimal(-2, 2),
    "frequency_penalty": rules.decimal(-2, 2),
    "logit_bias": rules.mapping,
    "logprobs": rules.boolean,
    "top_logprobs": rules.integer(0, logprobs.MOST),
    "user": rules.string,
    "seed": rules.integer(-(2**63), 2**63 - 1),
    "safety_identifier": rules.string,
    "prompt_cache_options": rules.mapping,
    "prompt_cache_key": rules.string,
    "prompt_cache_retention": rules.one_of("in_memory", "24h"),
    "service_tier": rules.one_of(*_TIERS),
    "stream": rules.boolean,
    "stream_options": _stream_options,
    "store": rules.boolean,
    "metadata": rules.metadata,
    "verbosity": rules.one_of("low", "medium", "high"),
    "reasoning_effort": rules.one_of("none", "minimal", "low", "medium", "high", "xhigh"),
    "modalities": _modalities,
    "audio": _unsupported,
    "prediction": rules.mapping,
    "moderation": rules.mapping,
    "web_search_options": rules.mapping,
    rules.OWN: rules.anything,
}


def together(request: dict[str, Any], model: str) -> None:
    """Refuse fields that are well formed but not to be had with each other, or with this *model*."""
    if request.get("stream_options") is not None and not request.get("stream"):
        message = "The 'stream_options' parameter is only allowed when 'stream' is enabled."
        raise errors.bad_request(message, "stream_options")
    if request.get("top_logprobs") is not None and not request.get("logprobs"):
        message = "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled."
        raise errors.bad_request(message, "top_logprobs")
    if models.reasoning(model):
        _thinking(request)


def _thinking(request: dict[str, Any]) -> None:
    """Refuse what a model that thinks first does not take."""
    if request.get("max_tokens") is not None:
        raise errors.unsupported("max_tokens", "max_completion_tokens")
    for name in ("stop", "logit_bias", "prediction"):
        if request.get(name) is not None:
            raise errors.unsupported(name)
    for name in ("temperature", "top_p"):
        if request.get(name) not in {None, 1}:
            message = (
                f"Unsupported value: '{name}' does not support {request[name]} with this model. "
                "Only the default (1) value is supported."
            )
            raise errors.bad_request(message, name, "unsupported_value")
    if request.get("reasoning_effort") != "none":
        for name in ("presence_penalty", "frequency_penalty", "logprobs"):
            if request.get(name):
                raise errors.unsupported(name)


def tier(request: dict[str, Any]) -> str:
    """Return the service tier the answer names."""
    return _SERVED.get(request.get("service_tier") or "", "default")
