"""
The log of the calls that this process makes: the one global of a load run.

It has to be one. Locust makes the users itself, from their classes, and hands them nothing of ours; a user in a
locustfile, which has `StreamingUser` among its bases, must find the same log as the engine that reports from it.
"""

from overlap.harness.load.call_log import Books

BOOKS = Books()
