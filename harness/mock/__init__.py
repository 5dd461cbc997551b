"""The mock server from the harness's side: its process, its journal, and the join of calls with the journal."""
