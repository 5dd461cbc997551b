"""The Locust user that times streams, for locustfiles: `from overlap.locust_user import StreamingUser`."""

from overlap.harness.load.locust_user import StreamingUser

__all__ = ["StreamingUser"]
