"""`python -m mock_server`: the mock server on its own."""

from mock_server.command import main

main()
