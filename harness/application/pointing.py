"""Points an application at an endpoint by the environment variables that its client reads."""

import os

from overlap.harness.model.endpoint import Endpoint

# The SDK reads the first and the last, LangChain and LiteLLM the second as well.
ADDRESSES, KEY = ("OPENAI_BASE_URL", "OPENAI_API_BASE"), "OPENAI_API_KEY"
PROVIDERS = (
    "DEEPSEEK",
    "FIREWORKS",
    "GROQ",
    "HOSTED_VLLM",
    "LITELLM_PROXY",
    "MISTRAL",
    "OPENROUTER",
    "TOGETHER",
    "XAI",
)
"""Providers of OpenAI's dialect; LiteLLM and LangChain's packages read their NAME_API_BASE and NAME_API_KEY."""

HERE = "127.0.0.1,localhost"


def point(endpoint: Endpoint) -> None:
    """Set the address and key in this process's environment; call it before importing the application."""
    for name in ADDRESSES:
        os.environ[name] = endpoint.base_url
    os.environ[KEY] = endpoint.api_key
    for provider in PROVIDERS:
        os.environ[f"{provider}_API_BASE"] = endpoint.base_url
        os.environ[f"{provider}_API_KEY"] = endpoint.api_key
    # A proxy that was passed on with --env would get the requests to the mock.
    os.environ.setdefault("NO_PROXY", HERE)
