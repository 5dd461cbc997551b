"""What a request for a response may hold, in the order its faults are told."""

from typing import Any

from overlap.mock_server.wire.chat import fields
from overlap.mock_server.wire.common import errors, logprobs, models, rules

LOGPROBS = "message.output_text.logprobs"
_INCLUDES = (
    "file_search_call.results",
    "web_search_call.results",
    "web_search_call.action.sources",
    "message.input_image.image_url",
    "computer_call_output.output.image_url",
    "code_interpreter_call.outputs",
    "reasoning.encrypted_content",
    LOGPROBS,
)
_EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max")
_REASONING: dict[str, rules.Rule] = {
    "effort": rules.one_of(*_EFFORTS),
    "summary": rules.one_of("concise", "detailed", "auto"),
    "generate_summary": rules.one_of("concise", "detailed", "auto"),
    "encrypted_content": rules.anything,
}
_TEXT: dict[str, rules.Rule] = {"format": rules.mapping, "verbosity": rules.one_of("low", "medium", "high")}
_STREAM_OPTIONS: dict[str, rules.Rule] = {"include_obfuscation": rules.boolean}


def _within(allowed: dict[str, rules.Rule]) -> rules.Rule:
    def rule(where: str, value: Any) -> None:
        rules.mapping(where, value)
        rules.check(value, allowed, f"{where}.")

    return rule


def _include(where: str, value: Any) -> None:
    if not isinstance(value, list):
        raise errors.wrong_type(where, "an array of strings", value)
    for i, item in enumerate(value):
        rules.one_of(*_INCLUDES)(f"{where}[{i}]", item)


def _tools(where: str, value: Any) -> None:
    rules.objects(where, value, "tools")


def _identified(where: str, value: Any) -> None:
    if not isinstance(value, str):
        rules.mapping(where, value)


def _background(where: str, value: Any) -> None:
    rules.boolean(where, value)
    if value:
        raise errors.bad_request("Background responses are not kept here.", where, "unsupported_parameter")


RULES: dict[str, rules.Rule] = {
    "model": rules.anything,
    "input": rules.anything,
    "moderation": rules.mapping,
    "include": _include,
    "tools": _tools,
    "tool_choice": rules.anything,
    "metadata": rules.metadata,
    "text": _within(_TEXT),
    "temperature": rules.decimal(0, 2),
    "top_p": rules.decimal(0, 1),
    "presence_penalty": rules.decimal(-2, 2),
    "frequency_penalty": rules.decimal(-2, 2),
    "parallel_tool_calls": rules.boolean,
    "stream": rules.boolean,
    "stream_options": _within(_STREAM_OPTIONS),
    "background": _background,
    "max_output_tokens": rules.integer(16),
    "max_tool_calls": rules.integer(1),
    "reasoning": _within(_REASONING),
    "user": rules.string,
    "safety_identifier": rules.string,
    "prompt_cache_options": rules.mapping,
    "prompt_cache_key": rules.string,
    "prompt_cache_retention": rules.one_of("in_memory", "24h"),
    "truncation": rules.one_of("auto", "disabled"),
    "instructions": rules.string,
    "store": rules.boolean,
    "service_tier": fields.RULES["service_tier"],
    "top_logprobs": rules.integer(0, logprobs.MOST),
    "context_management": rules.objects,
    "conversation": _identified,
    "previous_response_id": rules.string,
    "prompt": rules.mapping,
    "access_programs": rules.anything,
    "image": rules.anything,
    rules.OWN: rules.anything,
}


def first(request: dict[str, Any]) -> str:
    """Return the model, or refuse what is refused before all else: no model, or chat's `messages`."""
    model: str = rules.required(request, "model")
    rules.string("model", model)
    if not models.sayable(model):
        raise errors.bad_request(f"The requested model '{model}' does not exist.", "model", "model_not_found")
    if "messages" in request:
        message = (
            "Unsupported parameter: 'messages'. In the Responses API, this parameter has moved to 'input'. "
            "Try again with the new parameter. See the API documentation for more information: "
            f"{errors.PLATFORM}/docs/api-reference/responses/create."
        )
        raise errors.bad_request(message, code="unsupported_parameter")
    return model


def together(request: dict[str, Any], model: str) -> None:
    """Refuse fields that are well formed but not to be had together, or with this *model*."""
    if request.get("conversation") is not None and request.get("previous_response_id") is not None:
        message = (
            "Mutually exclusive parameters: ''. "
            "Ensure you are only providing one of: 'pre..._id' or 'conversation'."
        )
        raise errors.bad_request(message, code="mutually_exclusive_parameters")
    if not models.reasoning(model):
        return
    for name in ("temperature", "top_p", "presence_penalty", "frequency_penalty"):
        if request.get(name) not in {None, 1 if name in {"temperature", "top_p"} else 0}:
            message = f"Unsupported parameter: '{name}' is not supported with this model."
            raise errors.bad_request(message, name)
    message = "logprobs are not supported with reasoning models."
    if LOGPROBS in (request.get("include") or ()):
        raise errors.bad_request(message, "include", "unsupported_parameter")
    if request.get("top_logprobs"):
        raise errors.bad_request(message, "top_logprobs", "unsupported_parameter")
