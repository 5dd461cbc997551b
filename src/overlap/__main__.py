"""`python -m overlap`: the command `overlap`."""

from overlap.harness.cli import main

if __name__ == "__main__":
    main()
