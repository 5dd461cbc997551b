"""The mock server seen from outside: its process, its journal, and the join of calls with it."""
