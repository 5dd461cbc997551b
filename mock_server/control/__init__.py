"""The control endpoints: journal, configuration, metrics, self-test."""
