"""Questions of a recorded length, and the alarm that rings when a call is due."""

import asyncio
from time import monotonic_ns

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overlap.harness.application.inputs import item
from overlap.harness.host import timerfd
from overlap.harness.worker.open_loop import sized


@given(text=st.text(max_size=300), tokens=st.integers(0, 500), answer=st.integers(1, 99_999))
def test_a_question_is_as_long_as_was_recorded(text, tokens, answer):
    """With its tag, four bytes a token; shorter than what it must say it cannot be."""
    prompt = item(17, sized(text, tokens, answer), draw=3).prompt
    assert prompt.startswith(f"[call r003.000017] [tokens {answer}] ")
    assert len(prompt.encode()) == max(4 * tokens, len(f"[call r003.000017] [tokens {answer}] "))


def test_what_is_no_text_is_left_as_it_is():
    """An application may take an object, whose length nobody here knows."""
    assert sized({"a": 1}, 10, 10) == {"a": 1}


@pytest.mark.parametrize("kind", [timerfd.best, timerfd.LoopTimer])
def test_an_alarm_rings_again_and_again_at_times_of_the_clock(kind):
    """The loop's own timer may ring early; who is rung looks at the clock and arms it again."""

    async def main():
        loop, rung, over = asyncio.get_running_loop(), [], asyncio.Event()
        due = [monotonic_ns() + step for step in (0, 3_000_000, 7_000_000)]

        def ring():
            now = monotonic_ns()
            while len(rung) < 3 and due[len(rung)] <= now:
                rung.append(now)
            if len(rung) == 3:
                over.set()
            else:
                bell.arm(due[len(rung)])

        bell = kind(loop, ring)
        bell.arm(due[0])
        await asyncio.wait_for(over.wait(), 5)
        bell.close()
        return due, rung

    due, rung = asyncio.run(main())
    assert all(at >= wanted for at, wanted in zip(rung, due, strict=True))
