"""Shares and ratios in percent: one style of "%" everywhere, decimals only where they mean something."""

from math import isfinite

from overlap.harness.text.numerals import DASH, number

# From here on "12 times" reads better than "+1100 %".
TIMES_FROM = 10.0


def percent(share: float | None) -> str:
    """
    Write a share of one.

    >>> percent(0.05), percent(0.0312), percent(1.5), percent(0.0004)
    ('5 %', '3.1 %', '150 %', '0.04 %')
    """
    if share is None or not isfinite(share):
        return DASH
    return f"{_trimmed(share * 100)} %"


def _trimmed(value: float) -> str:
    decimals = 0 if abs(value) >= 100 else 1 if abs(value) >= 0.1 else 2
    text = f"{value:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def tenths(share: float | None) -> str:
    """
    Write a share of one for a column that is read down.

    >>> tenths(0.05), tenths(0.0312), tenths(1.5)
    ('5.0 %', '3.1 %', '150 %')
    """
    if share is None or not isfinite(share):
        return DASH
    return f"{share * 100:.1f} %" if share < 1 else percent(share)


def change(ratio: float | None) -> str:
    """
    Write what a ratio changes.

    >>> change(1.0612), change(0.9), change(1.0), change(2.5), change(12.3)
    ('+6.1 %', '-10.0 %', '0.0 %', '+150 %', '12.3 times')
    """
    if ratio is None or not isfinite(ratio):
        return DASH
    if ratio >= TIMES_FROM:
        return f"{number(ratio)} times"
    return f"{_signed(ratio)} %"


def _signed(ratio: float) -> str:
    share = (ratio - 1) * 100
    text = f"{share:+.0f}" if abs(share) >= 100 else f"{share:+.1f}"
    return text[1:] if not text.strip("+-0.") else text


def span(low: float | None, high: float | None) -> str:
    """
    Write the interval of a ratio as changes in percent, as it stands behind the change.

    >>> span(1.039, 1.084), span(0.97, 1.02), span(None, 1.0)
    ('+3.9…+8.4', '-3.0…+2.0', '')
    """
    if low is None or high is None or not isfinite(low) or not isfinite(high):
        return ""
    if high >= TIMES_FROM:
        return f"{number(low)}…{number(high)}"
    return f"{_signed(low)}…{_signed(high)}"
