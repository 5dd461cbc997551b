"""The official SDK: the old completions endpoint, and the list of models."""

from overlap.mock_server.conformance import sdk
from overlap.mock_server.conformance.expect import same, true

_MODEL = "gpt-3.5-turbo-instruct"


def prompts(url: str) -> None:
    """Two prompts with two answers each are four choices and one usage."""
    with sdk.client(url) as client:
        response = client.completions.create(model=_MODEL, prompt=["a", "b"], n=2, max_tokens=3)
    same("object", response.object, "text_completion")
    same("indexes", [choice.index for choice in response.choices], [0, 1, 2, 3])
    same("completion_tokens", response.usage and response.usage.completion_tokens, 12)


def streamed(url: str) -> None:
    """The finish reason rides on the last text; the usage follows in a chunk of its own."""
    with sdk.client(url) as client:
        stream = client.completions.create(
            model=_MODEL, prompt="a", max_tokens=4, stream=True, stream_options={"include_usage": True}
        )
        chunks = list(stream)
    reasons = [chunk.choices[0].finish_reason for chunk in chunks[:-1]]
    same("reasons", reasons, [None, None, None, "length"])
    true("the last text is not empty", chunks[-2].choices[0].text)
    same("choices of the last chunk", chunks[-1].choices, [])
    same("completion_tokens", chunks[-1].usage and chunks[-1].usage.completion_tokens, 4)


def log_probabilities(url: str) -> None:
    """Old log probabilities are four lists of one length."""
    with sdk.client(url) as client:
        response = client.completions.create(model=_MODEL, prompt="a", max_tokens=3, logprobs=2)
    actual = response.choices[0].logprobs
    true("there are some", actual is not None)
    if actual is not None:
        lists = (actual.tokens, actual.token_logprobs, actual.top_logprobs, actual.text_offset)
        same("lengths", [len(item or ()) for item in lists], [3, 3, 3, 3])


def models(url: str) -> None:
    """The list has models, each of which can be asked for by its id."""
    with sdk.client(url) as client:
        listed = list(client.models.list())
        true("there are models", listed)
        same("id", client.models.retrieve(listed[0].id).id, listed[0].id)
