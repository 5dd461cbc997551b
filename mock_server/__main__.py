"""`python -m overlap.mock_server`: the mock server on its own."""

import os

from overlap.mock_server.command import main

# An embedding's vector is no work for OpenBLAS's threads, of which numpy would start one a core.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
main()
