"""What the pieces of a stream mean: server-sent events, their deltas, and the chunks that clients yield."""
