"""The parts of a chat completion."""
