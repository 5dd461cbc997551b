"""Which options of the configuration of `overlap bench` a gate run has as well."""

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
    *("timeout", "slot_timeout", "max_retries", "results", "env", "inputs"),
)
