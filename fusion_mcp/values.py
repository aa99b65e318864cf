"""How values are made: dataclasses whose fields are set once."""

from dataclasses import dataclass, field
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def value(cls: type[T]) -> type[T]:
    """Make a class a frozen dataclass of named fields, with an equality and a hash of its fields.

    That nobody sets a field again is for the type checker to see. `frozen` would have each look of the interpreter see
    to it, too: a value then takes five times as long to make, and a question makes two hundred.
    """
    return dataclass(kw_only=True, unsafe_hash=True)(cls)


def changed(before: T, **fields: Any) -> T:
    """Give a value that differs in these fields alone: as `dataclasses.replace`, which takes twice as long.

    What a value has worked out of its fields and kept would be taken for one of them: such a one raises TypeError.
    """
    return type(before)(**{**vars(before), **fields})
