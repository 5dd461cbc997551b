"""JSON Schema, as far as a mock needs it: an instance that is valid, or a refusal that says why there is none."""
