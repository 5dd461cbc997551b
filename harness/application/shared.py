"""
Resets, between slots, the clients that libraries keep for a whole process, because each slot's loop is closed.

`ChatOpenAI` left to itself shares one cached HTTP client among all instances, across event loops, and fails on the
second (langchain-ai/langchain#35783); the SDK's module-level functions share one client. A user's program has one
loop and never meets this.
"""

import sys
from typing import Any

# Module -> the functions in it that reset its client. They are private; if a version lacks one, it is skipped.
KEPT = {
    "langchain_openai.chat_models._client_utils": (
        "_cached_async_httpx_client.cache_clear",
        "_cached_sync_httpx_client.cache_clear",
    ),
    "openai": ("_reset_client",),
}


def forget() -> None:
    """Reset the clients that imported libraries keep; a client that is still in use stays usable."""
    for module, calls in KEPT.items():
        for call in calls:
            reset: Any = sys.modules.get(module)
            for name in call.split("."):
                reset = getattr(reset, name, None)
            if callable(reset):
                reset()
