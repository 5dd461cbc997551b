"""
Where the gate speaks; one format a file.

An entry has `files(outcome)`: each file's name and its text, the same for the same outcome. What is read at
once rather than kept also has a name of its own for that: `terminal.show`, `annotations.lines`.
"""
