"""
Starts a module of ours under an interpreter in which Overlap is not installed.

    PYTHON standalone.py FOLDER MODULE …      FOLDER is the one of the package `overlap`

Only the package `overlap` is added to what that interpreter can import, and nothing to its search path, so that no
module of an application's is hidden by one of ours. It needs the standard library alone.
"""

import os
import sys

# Python puts the folder of this file first, links resolved: its neighbours must not be found by their last names.
if sys.path and sys.path[0] == os.path.dirname(os.path.realpath(__file__)):  # noqa: PTH120  pathlib comes later
    del sys.path[0]

OLDEST = (3, 10)


def main() -> None:
    """Make `overlap` importable from where this file lies, and run the module that the command line names."""
    if sys.version_info < OLDEST:
        sys.exit("Python %d.%d is too old: a worker needs 3.10 or newer" % sys.version_info[:2])  # noqa: UP031  old ones read it
    from importlib.util import module_from_spec, spec_from_file_location
    from pathlib import Path
    from runpy import run_module

    # Not resolved: in a checkout, the package holds links to the folders that its parts lie in.
    folder = sys.argv[1]
    spec = spec_from_file_location(
        "overlap", str(Path(folder) / "__init__.py"), submodule_search_locations=[folder]
    )
    assert spec
    assert spec.loader
    package = sys.modules["overlap"] = module_from_spec(spec)
    spec.loader.exec_module(package)
    vars(package)["STANDALONE"] = True  # for `text/fast_json`
    del sys.argv[:2]
    run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
