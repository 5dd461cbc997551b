"""The `overlap bench` options that `overlap gate` accepts, too."""

SETTINGS = (
    *(
        "strategies",
        "clients",
        "variants",
        "loops",
        "concurrency",
        "calls",
        "profile",
        "tokens",
        "seed",
        "executor",
    ),
    *("timeout", "slot_timeout", "max_retries", "results", "env", "inputs", "python", "allow"),
)
