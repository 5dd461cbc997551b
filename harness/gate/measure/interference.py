"""Decides whether other programs disturbed the machine while a round was measured."""

from overlap.harness.gate.record import GateRule
from overlap.harness.host.other_programs import TakenCpu
from overlap.harness.text.numerals import exactly


def disturbance(cpu: TakenCpu, rule: GateRule) -> str | None:
    """Return in words why a round does not count; None if it does."""
    if cpu.steal is not None and cpu.steal > rule.steal:
        percent, limit = cpu.steal * 100, rule.steal * 100
        return f"the hypervisor took {_beyond(percent, limit)} % of the processors (limit {exactly(limit)} %)"
    if cpu.foreign is not None and cpu.foreign > rule.foreign:
        busy = _beyond(cpu.foreign, rule.foreign)
        return f"other programs kept {busy} cores busy (limit {exactly(rule.foreign)})"
    return None


def _beyond(value: float, limit: float) -> str:
    """
    Write *value* with as many decimals as show that it is beyond *limit*.

    >>> _beyond(1.0204, 0.25), _beyond(0.2502, 0.25)
    ('1.02', '0.2502')
    """
    return next((text for n in (2, 3, 4, 5) if float(text := f"{value:.{n}f}") > limit), exactly(value))
