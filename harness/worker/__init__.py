"""The worker process: the life of a slot, and the instruments that watch it."""
