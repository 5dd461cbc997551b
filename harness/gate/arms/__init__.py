"""The two sides of the gate, and how each is built: code, environment, settings."""
