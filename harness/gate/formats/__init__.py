"""
What other programs read of a gate; one format a file. What people read is made by `report/formats`.

An entry has `files(outcome)`: each file's name and its text, the same for the same outcome, whose cells have the
names that are shown, no two alike (`told_apart`).
"""
