"""Points an application at an endpoint by the environment variables that its client reads."""

import os

from overlap.harness.model.endpoint import Endpoint

# The SDK reads the first and the last, LangChain the second as well.
ADDRESSES, KEY = ("OPENAI_BASE_URL", "OPENAI_API_BASE"), "OPENAI_API_KEY"
HERE = "127.0.0.1,localhost"


def point(endpoint: Endpoint) -> None:
    """Set the address and key in this process's environment; call it before importing the application."""
    for name in ADDRESSES:
        os.environ[name] = endpoint.base_url
    os.environ[KEY] = endpoint.api_key
    # A proxy that was passed on with --env would get the requests to the mock.
    os.environ.setdefault("NO_PROXY", HERE)
