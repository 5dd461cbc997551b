"""Numbers as people read them: three digits, never a power of ten; what is not known is an en dash, never a 0."""

from decimal import Decimal
from math import floor, isfinite, log10

DASH = "\N{EN DASH}"
UNKNOWN = DASH
# Decimals at most: a tenth of a microsecond is finer than any clock here is right.
FINEST = 4
# What is longer than so many characters is described, not written.
LONGEST = 20


def number(value: float | None) -> str:
    """
    Write *value* with three digits.

    >>> number(1503.24), number(15.026), number(0.01234), number(0.0)
    ('1,503', '15.0', '0.0123', '0')
    """
    return UNKNOWN if value is None or not isfinite(value) else plain(value, decimals_of(value))


def plainly(value: float) -> str:
    """
    Write a count or a setting in full, never as a power of ten.

    >>> plainly(1234567), plainly(0.5), plainly(1000.0), plainly(0.00001), plainly(0)
    ('1,234,567', '0.5', '1,000', '0.00001', '0')
    """
    return f"{value:,.6f}".rstrip("0").rstrip(".")


def exactly(value: float) -> str:
    """
    Write a number as a user would type it: in full, never as a power of ten, and never as a 0.

    >>> exactly(0.1), exactly(1e-9), exactly(90000.0), exactly(1.5e7), exactly(123.4 / 1000)
    ('0.1', '0.000000001', '90000', '15000000', '0.1234')
    >>> exactly(1e300), exactly(-1e-30), exactly(float("inf")), exactly(float("nan"))
    ('a number of 301 digits', 'a number of 30 decimals', 'inf', 'nan')
    """
    if not isfinite(value):
        return str(value)
    text = f"{Decimal(f'{value:.12g}'):f}"
    if len(text) <= LONGEST:
        return text
    whole, _, decimals = text.lstrip("-").partition(".")
    return f"a number of {len(whole)} digits" if len(whole) > 1 else f"a number of {len(decimals)} decimals"


def decimals_of(value: float) -> int:
    """Return how many decimals make three digits of *value*."""
    return min(max(0, 2 - floor(log10(abs(value)))), FINEST) if value else 0


def plain(value: float, decimals: int) -> str:
    """Write *value* with so many decimals; what rounds to 0 has no sign."""
    text = f"{value:,.{decimals}f}"
    return text[1:] if text.startswith("-") and not text.strip("-0.,") else text


def whole(value: float | None) -> str:
    """
    Write a count: one that is a whole number as it is, a mean of counts with three digits.

    >>> whole(1.0), whole(1.0625), whole(12800.0)
    ('1', '1.06', '12,800')
    """
    return f"{value:,.0f}" if value is not None and isfinite(value) and value == int(value) else number(value)


def interval(low: float | None, high: float | None, beside: float | None = None) -> str:
    """
    Write an interval with the decimals of the value it stands *beside*, or two more where it is that narrow.

    >>> interval(0.98, 1.02).replace(DASH, " - "), interval(-3.2, 5.1), interval(None, None)
    ('0.98 - 1.02', '-3.20 to 5.10', '')
    """
    if low is None or high is None or not isfinite(low) or not isfinite(high):
        return ""
    fewest = decimals_of(max(abs(low), abs(high)) if beside is None else beside)
    tried = (
        (plain(low, fewest + more), plain(high, fewest + more)) for more in range(3) if fewest + more <= FINEST
    )
    ends = next((pair for pair in tried if pair[0] != pair[1]), (plain(low, fewest), plain(high, fewest)))
    return " to ".join(ends) if low < 0 else DASH.join(ends)


def of_ratio(low: float | None, high: float | None, beside: float | None = None) -> str:
    """
    Write the interval of a ratio as `interval` does, and finer where an end that is not 1 would read as 1.

    >>> of_ratio(1.003, 1.07, 1.04).replace(DASH, " - "), of_ratio(1.0, 1.07, 1.04).replace(DASH, " - ")
    ('1.003 - 1.070', '1.00 - 1.07')
    """
    within = interval(low, high, beside)
    if low is None or high is None or not within:
        return within
    for decimals in range(3, 6):
        if not any(end != 1 and round(end, decimals - 1) == 1 for end in (low, high)):
            break
        within = DASH.join(plain(end, decimals) for end in (low, high))
    return within


def count(number_of: int, noun: str) -> str:
    """
    Count in words that agree.

    >>> count(1, "call"), count(5000, "call"), count(0, "query")
    ('1 call', '5,000 calls', '0 queries')
    """
    if number_of != 1:
        noun = noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
    return f"{number_of:,} {noun}"
