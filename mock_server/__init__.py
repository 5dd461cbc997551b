"""A mock LLM server that answers like OpenAI's, on a schedule that is known beforehand."""
