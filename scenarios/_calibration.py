"""
How exactly can this machine and this harness measure a schedule that is known?

Private: not a scenario that anyone asks for, but what is run before those that are, with the floor client.
"""

from dataclasses import replace

from overlap.harness.model.plan import Plan
from overlap.scenarios._questions import questions as prompts

__all__ = ["PLAN", "prompts"]

# 16 tokens, the first after 50 ms, one every 5 ms: 125 ms a call. Its loops are those of the run. Two waves: in
# the first all calls leave within a millisecond, from then on they are spread as in any run.
SCHEDULE = Plan(strategies=("astream_many",), clients=("floor",), profile="steady,ttft=0.05,itl=0.005", tokens=16)
PLAN = (replace(SCHEDULE, concurrency=(1,)), replace(SCHEDULE, concurrency=(64,), waves=2))
