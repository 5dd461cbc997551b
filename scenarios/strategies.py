"""Which way of calling a chain is done soonest?"""

from harness.plan import Plan
from scenarios._questions import questions as prompts

__all__ = ["PLAN", "prompts"]

# Latencies vary from call to call, as a model's do: with equal ones a barrier, such as a wave of gather waiting
# for its slowest call, would not show.
PLAN = (Plan(concurrency=(1, 16, 64), waves=1, calls=3),)

if __name__ == "__main__":
    from harness.cli import scenario

    scenario(__file__)
