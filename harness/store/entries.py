"""What the entries of run.json are made of: their base, and the kinds of values that they hold."""

from typing import Annotated, ClassVar

import msgspec

# The largest number that is shown: whatever is larger was not counted by us.
_MOST = 2**63 - 1

Count = Annotated[int, msgspec.Meta(ge=0, le=_MOST)]
"""How many there are of something."""
_Whole = Annotated[int, msgspec.Meta(ge=-_MOST, le=_MOST)]
_Fraction = Annotated[float, msgspec.Meta(gt=-(2.0**63), lt=2.0**63)]
Number = _Whole | _Fraction
"""A figure; a whole number stays one."""
Texts = tuple[str | None, ...]
Setting = str | Number | bool | None | tuple[str | Number | bool | None, ...]
"""The value of an option."""


class RunEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An object in run.json. What an older or an interrupted run does not say is None."""

    NULLS: ClassVar[frozenset[str]] = frozenset()
    """The fields that are null on file if they are None; any other is left out then."""


def as_json(record: object) -> dict[str, object]:
    """Return the `RunEntry` *record* as it stands on file, entries inside it as they are; orjson asks for each."""
    if not isinstance(record, RunEntry):
        raise TypeError(type(record).__name__)
    values = ((name, getattr(record, name)) for name in record.__struct_fields__)
    return {name: value for name, value in values if value is not None or name in record.NULLS}
