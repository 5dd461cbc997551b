"""Whether the machine was left in peace while a round was measured."""

from harness.gate.record import Rule
from harness.neighbours import Taken


def disturbance(found: Taken, rule: Rule) -> str | None:
    """Say why a round does not count; None where it does."""
    if found.steal is not None and found.steal > rule.steal:
        return f"the hypervisor took {found.steal:.0%} of the processors (limit {rule.steal:.0%})"
    if found.foreign is not None and found.foreign > rule.foreign:
        return f"other programs kept {found.foreign:.2f} cores busy (limit {rule.foreign:g})"
    return None
