"""
Clients that libraries keep for a whole process, forgotten between slots: each slot's loop is closed after it.

`ChatOpenAI` left to itself shares one cached HTTP client among all instances, across event loops, and fails on the
second (langchain-ai/langchain#35783); the SDK's module-level functions share one client. A user's program has one
loop and never meets this.
"""

import sys
from typing import Any

# Where -> the callable that forgets. Private names: where a version has none, there is nothing to forget.
KEPT = {
    "langchain_openai.chat_models._client_utils": (
        "_cached_async_httpx_client.cache_clear",
        "_cached_sync_httpx_client.cache_clear",
    ),
    "openai": ("_reset_client",),
}


def forget() -> None:
    """Forget the clients that imported libraries keep; one that somebody still uses lives on."""
    for module, calls in KEPT.items():
        for call in calls:
            found: Any = sys.modules.get(module)
            for name in call.split("."):
                found = getattr(found, name, None)
            if callable(found):
                found()
