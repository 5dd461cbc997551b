"""What an arm of the gate is, and how it comes to be: code, environment, settings."""
