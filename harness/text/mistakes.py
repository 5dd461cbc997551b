"""What a user asked for that cannot be done: one line, and exit code 2."""


class Mistake(Exception):
    """Something that was asked for and cannot be; its message is one line that names it and what there is."""
