"""What several endpoints share."""
