"""One request being answered: its planned pieces, its progress, its entry in the journal."""
