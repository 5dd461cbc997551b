"""Packages without an index."""

import zipfile

import pytest


@pytest.fixture
def wheels(tmp_path):
    """Return a function that makes a package without an index: its wheel's path, for a name and a version."""

    def wheel(name, version, needs=(), **files):
        place = tmp_path / f"{name}-{version}-py3-none-any.whl"
        info = f"{name}-{version}.dist-info"
        said = {
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
            + "".join(f"Requires-Dist: {each}\n" for each in needs),
            f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            **files,
        }
        with zipfile.ZipFile(place, "w") as archive:
            for file, text in said.items():
                archive.writestr(file, text)
            archive.writestr(f"{info}/RECORD", "".join(f"{file},,\n" for file in said) + f"{info}/RECORD,,\n")
        return place

    return wheel
