"""How a request is answered: latency, length and faults, chosen by rules."""
