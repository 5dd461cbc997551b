"""How many tokens an answer has. One file each."""
