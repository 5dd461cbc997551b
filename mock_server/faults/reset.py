"""The connection is reset in the middle of the answer, as by a crash or a firewall."""

from overlap.mock_server.faults import _cutting
from overlap.mock_server.plan import End, Plan


def change(plan: Plan, after: int = 10) -> None:
    """Reset after *after* tokens, or half-way through an answer in one piece."""
    _cutting.stop(plan, after, End.RESET)
