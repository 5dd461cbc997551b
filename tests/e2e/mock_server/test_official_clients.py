"""The official SDK and LangChain cannot tell the mock from the real thing."""

import pytest

pytestmark = pytest.mark.langchain

SEVEN = ("--tokens", "7", "--profile", "steady,ttft=0.01,itl=0.001")
MESSAGES = [{"role": "user", "content": "[call 000001] Name one use of a brick."}]


@pytest.fixture(scope="module")
def openai():
    """The official SDK, imported by the process that needs it."""
    import openai

    return openai


@pytest.fixture
def client(serve, openai):
    """The official client of a server with answers of seven tokens."""
    server = serve(*SEVEN)
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0, timeout=10) as made:
        yield made


def test_a_whole_answer_parses(client):
    """Text, reason and usage are where the SDK looks for them."""
    answer = client.chat.completions.create(model="gpt-4o-mini", messages=MESSAGES)
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.completion_tokens == 7
    assert answer._request_id.startswith("req_")


def test_a_stream_parses(client):
    """Seven tokens, a reason, and the usage that was asked for."""
    options = {"include_usage": True}
    stream = client.chat.completions.create(
        model="gpt-4o-mini", messages=MESSAGES, stream=True, stream_options=options
    )
    chunks = list(stream)
    said = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices and chunk.choices[0].delta.content]
    assert len(said) == 7
    assert chunks[-1].usage.completion_tokens == 7
    assert chunks[-2].choices[0].finish_reason == "stop"


def test_errors_become_the_sdks_own(client, openai):
    """429 is a RateLimitError with OpenAI's code."""
    with pytest.raises(openai.RateLimitError) as caught:
        client.chat.completions.create(
            model="m", messages=MESSAGES, extra_headers={"x-overlap-fault": "status,code=429"}
        )
    assert caught.value.code == "rate_limit_exceeded"


def test_a_request_chooses_its_own_latency(client):
    """`extra_body` reaches the server, and the answer is the SDK's as ever."""
    answer = client.chat.completions.create(model="m", messages=MESSAGES, extra_body={"overlap": {"tokens": 3}})
    assert answer.usage.completion_tokens == 3


def test_models_are_listed(client):
    """The list, and one of it."""
    names = [model.id for model in client.models.list()]
    assert client.models.retrieve(names[0]).id == names[0]


def test_retries_are_counted_by_attempt(serve, entries, openai):
    """Two refusals, then an answer: the journal has three attempts of one call."""
    server = serve("--fault", "status,code=503,retry_after=0.01,attempt=0", "--fault", "status,code=500,attempt=1")
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=2, timeout=10) as client:
        client.chat.completions.create(model="m", messages=MESSAGES)
    found = [(entry["tag"], entry["attempt"], entry["status"]) for entry in entries(server)]
    assert found == [("000001", 0, 503), ("000001", 1, 500), ("000001", 2, 200)]


def test_langchain_answers_and_streams(serve):
    """ChatOpenAI reads the whole answer and the stream."""
    from langchain_openai import ChatOpenAI

    server = serve(*SEVEN)
    model = ChatOpenAI(model="gpt-4o-mini", base_url=f"{server.url}/v1", api_key="none", max_retries=0, timeout=10)
    whole = model.invoke("[call 000001] hello")
    streamed = [chunk.content for chunk in model.stream("[call 000002] hello") if chunk.content]
    assert whole.usage_metadata["output_tokens"] == 7
    assert len(streamed) == 7
    assert "".join(streamed) == whole.content
