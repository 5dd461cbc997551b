"""The interventions: one file each, tried one at a time against the unchanged application."""
