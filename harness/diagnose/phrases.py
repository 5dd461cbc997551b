"""The words of a diagnosis: the answer first, each gain in a sentence with its interval, the line to change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from overlap.harness.diagnose.catalogue import Intervention
from overlap.harness.diagnose.figures import HEADLINES
from overlap.harness.diagnose.judge import Effect
from overlap.harness.report.figures import listed
from overlap.harness.text.numerals import count, number, of_ratio
from overlap.harness.text.units import from_to, in_unit, scale


@dataclass(frozen=True, slots=True)
class Cause:
    """An intervention that buys something: what is in the way or worth choosing, and the line to change."""

    name: str
    kind: str
    does: str
    title: str
    advice: str
    effect: Effect


def answer(findings: Sequence[Cause], unshown: Sequence[Effect], wrong: Sequence[str], failed: str = "") -> str:
    """
    Return what the worst trap costs; if none was shown, what is wrong all the same, or may be.

    *unshown* are the effects that were not shown to save anything, *wrong* the sentences on faults that were seen,
    *failed* the one on failed calls, "" if none failed.
    """
    failures = [failed] if failed else []
    traps = [each for each in findings if each.kind == "trap"]
    if not traps:
        parts = [*failures, _no_trap(unshown), *wrong]
        server = [each for each in findings if each.kind == "probe"]
        parts += [f"With {server[0].title} {gain(server[0].effect)}."] if server else []
        return " ".join(parts)
    worst, *others = traps
    more = f" {len(others)} more below." if others else ""
    lead = f"In the way: {worst.title}. Without it {gain(worst.effect)}. {_upper(worst.advice)}.{more}"
    return " ".join([lead, *failures])


def failing(unchanged: tuple[int, int], changed: Mapping[str, tuple[int, int]]) -> str:
    """
    Return in words how many calls failed in all rounds, (failed, all); *changed* has each intervention's.

    >>> failing((5, 48), {"executor": (9, 48), "retries": (0, 48), "tasks": (5, 48)})
    '5 of 48 calls of the unchanged application failed; 9 of 48 with executor and 0 of 48 with retries.'
    >>> failing((0, 48), {"executor": (0, 48)})
    ''
    """
    if not any(failed for failed, _ in (unchanged, *changed.values())):
        return ""
    lead = f"{unchanged[0]:,} of {count(unchanged[1], 'call')} of the unchanged application failed"
    others = {name: each for name, each in changed.items() if each != unchanged}
    # The most first: what makes calls fail matters more than what keeps them from failing.
    names = sorted(others, key=lambda name: -others[name][0] / max(1, others[name][1]))
    more = listed([f"{others[name][0]:,} of {others[name][1]:,} with {name}" for name in names], len(names))
    as_many = "" if others else ", and as many with every change" if changed else ""
    return f"{lead}; {more}." if more else f"{lead}{as_many}."


def _no_trap(unshown: Sequence[Effect]) -> str:
    """Return that no change was shown to help, and the largest saving that the intervals leave open."""
    shown = [effect for effect in unshown if effect.at_most is not None]
    most = max(shown, key=lambda effect: effect.at_most or 0.0, default=None)
    if not unshown:
        return "No trap was shown: the watched run gave no reason to try a change."
    were = "was" if len(unshown) == 1 else "were"
    text = f"No trap was shown in {count(len(unshown), 'change')} that {were} tried one at a time."
    if most is not None:
        text += f" The largest saving that is still possible is {least(most)} ({most.name})."
    if unknown := [effect.name for effect in unshown if effect.verdict == "unknown"]:
        text += f" Nothing is known of {listed(unknown, len(unknown))}."
    return text


def _upper(text: str) -> str:
    """Begin a sentence, unless it begins with a file's name or code."""
    first = text.split(maxsplit=1)[0]
    return text if "`" in first or ":" in first or "." in first else text[0].upper() + text[1:]


def gain(effect: Effect) -> str:
    """
    Return in words what an effect is, with its interval where it has one.

    >>> from overlap.harness.report.figures import DASH
    >>> gain(Effect("executor", "p95", "buys", 5, 962e6, 26e6, 37.0, 30.0, 45.0)).replace(DASH, "-")
    'latency p95 falls from 962 to 26.0 ms (37.0 times, 30.0-45.0)'
    >>> gain(Effect("keepalive", "opened", "buys", 5, 1.0, 0.0))
    'connections opened per call fall from 1.00 to 0'
    """
    headline = HEADLINES[effect.headline]
    by = scale(headline.unit, [effect.before])
    falls = "fall" if headline.label.startswith("connections") else "falls"
    change = f"{headline.label} {falls} from {number(by.of(effect.before))} to {in_unit(effect.after, by)}"
    before, after = effect.errors
    fails = f", and {number(after)} calls a slot fail instead of {number(before)}" if after > before else ""
    if effect.times is None:
        return change + fails
    within = of_ratio(effect.low, effect.high, effect.times)
    return f"{change} ({number(effect.times)} times{f', {within}' if within else ''}){fails}"


def nothing(effects: Sequence[tuple[Intervention, Effect]]) -> str:
    """Name what buys nothing in a sentence, with the largest gain that the intervals leave open."""
    named = listed([f"{each.name} ({least(effect)})" for each, effect in effects], len(effects))
    return f"No gain that counts from {named}."


def least(effect: Effect) -> str:
    """Return in words how much an intervention may still buy: `at most 4 % of latency p95`."""
    label = HEADLINES[effect.headline].label
    if effect.at_most is None:
        if effect.before is None or effect.after is None:
            return "unknown, since calls failed" if any(effect.errors) else "not measured"
        return f"{label} {ends(effect)[0]}"
    return f"at most {max(0.0, effect.at_most) * 100:.0f} % of {label}"


def ends(effect: Effect) -> tuple[str, str]:
    """Return before and after with their unit, and the factor with its interval, for a table."""
    by = scale(HEADLINES[effect.headline].unit, [effect.before])
    factor = number(effect.times) if effect.times is not None else ""
    within = of_ratio(effect.low, effect.high, effect.times)
    return from_to(effect.before, effect.after, by), f"{factor} ({within})" if within else factor
