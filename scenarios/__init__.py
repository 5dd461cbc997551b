"""One question each: an application, prompts, and what to run; `SUITE` is what `make bench` asks."""

SUITE = ("three_calls", "strategies", "loops", "layers", "streaming")
