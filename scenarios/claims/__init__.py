"""One claim each: what is claimed, an experiment, and a judge of what the experiment measured."""

SEEDS = {
    "S0": "the tutorial on async with LangChain",
    "S1": 'the "Async Execution" notebook',
    "S2": 'the "Async Lambdas" note',
}
THEMES = (
    "names and components",
    "sync and async together",
    "waiting side by side",
    "batches",
    "streams",
    "threads and CPU",
    "errors and limits",
    "the event loop",
    "web services",
)
