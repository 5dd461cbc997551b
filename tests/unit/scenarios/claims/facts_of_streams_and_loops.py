"""Judges of claims about streams, the event loop and web services: hand-made facts on both sides of each line."""

from overlap.harness.claims.verdict import FALSE, HOLDS, LIMIT

APART, TOGETHER = [30, 60, 90, 120], [118, 119, 119, 120]
SERVED = {"requests": 60, "peak": 60, "wall": 300, "mean": 200}
FACTS = {
    "c17_astream_where_supported": {"steps": {"the model alone": APART, "a plain function": APART}, "plain": 1},
    "c18_async_generator_streams": {
        "first": [0, 30, 60],
        "behind": APART,
        "summed": "abc",
        "others": {"stream": "ok", "invoke": "ok"},
    },
    "c35_astream_yields_as_they_come": {"planned": 160, "model": [20, 100, 180], "chain": [21, 101, 181]},
    "c30_event_loop_policy": {"policy": "ok", "deprecated": 0, "factory": "TypeError", "loops": ["uvloop"]},
    "c39_debug_mode": {"debug": {"asyncio": 1, "uvloop": 1}, "without": {"asyncio": 0, "uvloop": 0}},
    "c40_invoke_in_async_code": {
        "invoke": {"took": [300], "peak": 1, "turns": 0, "stall": 300},
        "ainvoke": {"took": [105], "peak": 3, "turns": 80, "stall": 2},
    },
    "c41_blocking_blocks_everything": {
        "block": 200,
        "turns": {"time.sleep in an async def": 0, "await asyncio.sleep": 140},
        "stalls": {"time.sleep in an async def": 190, "await asyncio.sleep": 1},
    },
    "c43_run_in_a_running_loop": {
        "run in a notebook": "RuntimeError",
        "await in a script": "SyntaxError",
        "run in a script": "ok",
        "await in a notebook": "ok",
    },
    "c10_request_blocks_process": {"plain": SERVED | {"peak": 1}, "async": SERVED},
    "c11_mandatory_with_fastapi": {
        "plain": SERVED | {"peak": 1},
        "async": SERVED,
        "blocking": SERVED | {"peak": 1},
    },
    "c47_fastapi_async_endpoint": SERVED,
    "c51_latency_under_load": {
        "few": {"async": SERVED | {"peak": 12}, "blocking": SERVED | {"peak": 1}},
        "many": {"async": SERVED, "plain": SERVED | {"peak": 40}},
    },
}
CASES = [
    ("c17_astream_where_supported", "through every step", {}, HOLDS),
    (
        "c17_astream_where_supported",
        "a function holds it back",
        {"steps": {"the model alone": APART, "a plain function": [120]}},
        LIMIT,
    ),
    ("c17_astream_where_supported", "not even the model", {"steps": {"the model alone": TOGETHER}}, FALSE),
    ("c18_async_generator_streams", "everywhere", {}, HOLDS),
    ("c18_async_generator_streams", "not behind a model", {"behind": [120]}, LIMIT),
    ("c18_async_generator_streams", "not by stream", {"others": {"stream": "TypeError"}}, LIMIT),
    ("c18_async_generator_streams", "not even by itself", {"first": TOGETHER}, FALSE),
    ("c35_astream_yields_as_they_come", "spread as planned", {}, HOLDS),
    ("c35_astream_yields_as_they_come", "not through a chain", {"chain": TOGETHER}, LIMIT),
    ("c35_astream_yields_as_they_come", "all at the end", {"model": TOGETHER, "chain": TOGETHER}, FALSE),
    ("c30_event_loop_policy", "there is no other way", {}, HOLDS),
    ("c30_event_loop_policy", "it works without", {"factory": "ok"}, LIMIT),
    ("c30_event_loop_policy", "policies are gone", {"policy": "AttributeError"}, FALSE),
    ("c39_debug_mode", "on both loops", {}, HOLDS),
    ("c39_debug_mode", "on one loop", {"debug": {"asyncio": 1, "uvloop": 0}}, LIMIT),
    ("c39_debug_mode", "said without it as well", {"without": {"asyncio": 1, "uvloop": 1}}, FALSE),
    ("c40_invoke_in_async_code", "no overlap and a stalled loop", {}, HOLDS),
    (
        "c40_invoke_in_async_code",
        "they overlap",
        {"invoke": {"took": [110], "peak": 3, "turns": 0, "stall": 300}},
        LIMIT,
    ),
    (
        "c40_invoke_in_async_code",
        "no difference",
        {"invoke": {"took": [110], "peak": 3, "turns": 80, "stall": 3}},
        FALSE,
    ),
    ("c41_blocking_blocks_everything", "as long as it blocks", {}, HOLDS),
    (
        "c41_blocking_blocks_everything",
        "a sleep blocks too",
        {"turns": {"time.sleep in an async def": 0, "await asyncio.sleep": 0}},
        LIMIT,
    ),
    (
        "c41_blocking_blocks_everything",
        "the loop goes on",
        {"turns": {"time.sleep in an async def": 140, "await asyncio.sleep": 140}},
        FALSE,
    ),
    ("c43_run_in_a_running_loop", "each in its own place", {}, HOLDS),
    ("c43_run_in_a_running_loop", "run works everywhere", {"run in a notebook": "ok"}, LIMIT),
    (
        "c43_run_in_a_running_loop",
        "both work everywhere",
        {"run in a notebook": "ok", "await in a script": "ok"},
        FALSE,
    ),
    ("c10_request_blocks_process", "one at a time", {}, HOLDS),
    ("c10_request_blocks_process", "two at a time", {"plain": SERVED | {"peak": 2}}, FALSE),
    ("c10_request_blocks_process", "as many as threads", {"plain": SERVED | {"peak": 40}}, FALSE),
    ("c11_mandatory_with_fastapi", "one at a time without", {}, HOLDS),
    ("c11_mandatory_with_fastapi", "two at a time without", {"plain": SERVED | {"peak": 2}}, FALSE),
    ("c11_mandatory_with_fastapi", "as many without", {"plain": SERVED | {"peak": 40}}, FALSE),
    ("c47_fastapi_async_endpoint", "more than a service has threads", {}, HOLDS),
    ("c47_fastapi_async_endpoint", "no more than a service has threads", {"peak": 40}, LIMIT),
    ("c47_fastapi_async_endpoint", "one at a time", {"peak": 1}, FALSE),
    ("c51_latency_under_load", "far better than blocking the loop", {}, HOLDS),
    (
        "c51_latency_under_load",
        "threads have as many open",
        {"many": {"async": SERVED | {"peak": 40}, "plain": SERVED | {"peak": 40}}},
        LIMIT,
    ),
    (
        "c51_latency_under_load",
        "no better than blocking the loop",
        {"few": {"async": SERVED | {"peak": 1}, "blocking": SERVED | {"peak": 1}}},
        FALSE,
    ),
]
