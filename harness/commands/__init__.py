"""What `overlap` can do: one command a file, `command` in it; the docstring of the command is its help."""
