"""
One check a file: its docstring says what is proved, `rows()` yields `Row`s, with a fixed seed.

A check simulates, or plants records in the project's own functions; it never copies a formula from them. One that
needs a server says so in its docstring.
"""
