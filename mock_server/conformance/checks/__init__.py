"""
A registry of checks: a module is a client or a part of the wire, each public function in it a check.

A check takes the base URL (up to and with `/v1`), has a sentence for a docstring that says what should be so, and
raises where it is not.
"""
