"""Recorded traffic: three formats, a part of it, faster, denser, and the lengths that were recorded."""

import os
from itertools import pairwise
from pathlib import Path

import pytest

from overlap.harness.model.arrivals_spec import read
from overlap.harness.text.mistakes import Mistake

AZURE = """TIMESTAMP,ContextTokens,GeneratedTokens
2023-11-16 18:15:46.6805900,374,44
2023-11-16 18:15:50.9951690,396,109
2023-11-16 18:16:46.6805900,879,55
"""
BURST = """Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type
5,ChatGPT,472,18,490,Conversation log
45.5,ChatGPT,1087,0,1087,Conversation log
118,GPT-4,417,276,693,API log
"""
LATER_BURST = """Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type
5,1,0.2,ChatGPT,472,18,490,Conversation log
45.5,2,0.1,ChatGPT,1087,0,1087,Conversation log
118,1,0.4,GPT-4,417,276,693,API log
"""
MOONCAKE = """{"timestamp": 27482, "input_length": 6955, "output_length": 52, "hash_ids": [46, 47]}
{"timestamp": 30535, "input_length": 6472, "output_length": 26, "hash_ids": [46]}
"""
EVERY = {
    "azure": (AZURE, [0, 4_314_579_000, 60_000_000_000], [(374, 44), (396, 109), (879, 55)]),
    "burstgpt": (BURST, [0, 40_500_000_000, 113_000_000_000], [(472, 18), (1087, 1), (417, 276)]),
    "burstgpt, sessions": (LATER_BURST, [0, 40_500_000_000, 113_000_000_000], [(472, 18), (1087, 1), (417, 276)]),
    "mooncake": (MOONCAKE, [0, 3_053_000_000], [(6955, 52), (6472, 26)]),
}


def traced(tmp_path, text, more=""):
    """Return the arrivals of a file with this *text*."""
    file = tmp_path / "traffic.txt"
    file.write_text(text)
    return read(f"trace,file={file}{more}")


@pytest.mark.parametrize("name", EVERY)
def test_each_format_is_known_by_its_looks(tmp_path, name):
    """Times from the first call on; an answer of no tokens, a call that failed, is played as one token."""
    text, due, sizes = EVERY[name]
    arrivals = traced(tmp_path, text)
    assert list(arrivals.due_times(7)) == due
    assert list(arrivals.sizes(7)) == sizes
    assert arrivals.count(7, None, None) == len(due)


def test_a_part_is_played_faster(tmp_path):
    """From second 4 on, 100 of them at ten times the speed: the part's beginning is the start."""
    arrivals = traced(tmp_path, AZURE, ",from=4,span=100,speed=10")
    assert list(arrivals.due_times(7)) == [31_457_900, 5_600_000_000]
    assert list(arrivals.sizes(7)) == [(396, 109), (879, 55)]


@pytest.mark.parametrize("rate", [0.2, 0.7, 1.0, 7.3, 40.0])
def test_a_rate_leaves_out_or_repeats_and_keeps_the_shape(tmp_path, rate):
    """A thousand calls, one a second with a lull: so many a second on average, and nobody in the lull."""
    seconds = [*range(500), *range(1500, 2000)]
    lines = [f"{second},{second},1" for second in seconds]
    arrivals = traced(tmp_path, "\n".join(["Timestamp,Request tokens,Response tokens", *lines]), f",rate={rate}")
    due, sizes = list(arrivals.due_times(7)), list(arrivals.sizes(7))
    # A coin for each of a thousand calls says whether it is played once more: four deviations of their sum.
    assert len(due) == pytest.approx(rate * 2000, abs=64)
    assert len(sizes) == len(due)
    assert all(later >= earlier for earlier, later in pairwise(due))
    # Copies stand before the next call: those of the call before the lull are in it, and no others.
    assert sum(500e9 < each < 1499e9 for each in due) <= rate * 2 + 1


def test_a_smaller_rate_has_some_of_the_calls_of_a_larger_one(tmp_path):
    """So that two rates are compared by the same calls."""
    lines = [f"{second},{second},1" for second in range(100)]
    text = "\n".join(["Timestamp,Request tokens,Response tokens", *lines])
    some, most = (set(traced(tmp_path, text, f",rate={rate}").due_times(7)) for rate in (0.3, 0.8))
    assert some < most


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1: no header"),
        ("when,in,out\n1,2,3\n", "line 1: no header with timestamp, contexttokens, generatedtokens or timestamp"),
        ("Timestamp,Request tokens,Response tokens\n", "there is no call in it"),
        (
            "Timestamp,Request tokens,Response tokens\n1,2,3\nsoon,2,3\n",
            "line 3: Invalid isoformat string: 'soon'",
        ),
        ("Timestamp,Request tokens,Response tokens\n1,2\n", "line 2: too few columns"),
        ("Timestamp,Request tokens,Response tokens\n1,2,-3\n", "line 2: -3 tokens is no length"),
        ("Timestamp,Request tokens,Response tokens\n2,2,3\n1,2,3\n", "line 3: earlier than the line before it"),
        ('{"timestamp": 1, "input_length": 2}\n', "line 1: no 'output_length'"),
        ('{"timestamp": 1, "input_length": 2, "output_length": 3}\n{"timest', "line 2: "),
        ("{}\n", "line 1: no 'timestamp'"),
    ],
)
def test_a_file_that_cannot_be_played_is_told_by_line(tmp_path, text, said):
    """One line: the file, the line, and what is wrong there."""
    with pytest.raises(Mistake) as refused:
        traced(tmp_path, text)
    assert said in str(refused.value)
    assert "traffic.txt" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_part_without_a_call_is_refused(tmp_path):
    """An open loop with no call in it would be over before it began."""
    with pytest.raises(Mistake, match=r"no call between 500 and 510 s"):
        traced(tmp_path, AZURE, ",from=500,span=10")


def test_a_file_is_told_by_its_name_alone(tmp_path):
    """In a report nobody needs to read where somebody keeps their files."""
    assert traced(tmp_path, AZURE, ",speed=2").short == "trace,file=traffic.txt,speed=2"


def recorded() -> Path:
    """Return where the Azure conversation trace of 2023 is; skips where it is not."""
    folder = os.environ.get("OVERLAP_TRACES", str(Path(__file__).parents[4] / ".." / "shared" / "traces"))
    file = Path(folder) / "azure_llm_2023_conv.csv"
    if not file.is_file():
        pytest.skip("the Azure trace is not here; OVERLAP_TRACES may name the folder it is in")
    return file


def test_the_azure_trace_is_read_whole():
    """19,366 requests in 58 minutes, as its publishers say; the longest prompt 14,050 tokens, answer 1,000."""
    arrivals = read(f"trace,file={recorded()}")
    due, sizes = list(arrivals.due_times(7)), list(arrivals.sizes(7))
    assert len(due) == len(sizes) == 19_366
    assert 57.5 * 60e9 < due[-1] < 59 * 60e9
    assert max(prompt for prompt, _ in sizes) == 14_050
    assert max(answer for _, answer in sizes) == 1_000
