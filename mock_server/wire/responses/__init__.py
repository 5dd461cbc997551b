"""The parts of a response of the Responses API."""
