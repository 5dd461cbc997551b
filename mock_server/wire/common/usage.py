"""The tokens an answer is billed for."""

from typing import Any


def completion(prompt: int, output_tokens: int) -> dict[str, Any]:
    """Return `usage` of chat; *output_tokens* is summed over the choices."""
    return {
        "prompt_tokens": prompt,
        "completion_tokens": output_tokens,
        "total_tokens": prompt + output_tokens,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": 0,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def legacy(prompt: int, output_tokens: int) -> dict[str, Any]:
    """Return `usage` of completions, which knows no details."""
    return {"prompt_tokens": prompt, "completion_tokens": output_tokens, "total_tokens": prompt + output_tokens}


def response(prompt: int, output_tokens: int) -> dict[str, Any]:
    """Return `usage` of responses."""
    return {
        "input_tokens": prompt,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": output_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": prompt + output_tokens,
    }
