"""What commands share: options, messages, exit codes, progress on the terminal."""
