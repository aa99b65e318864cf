"""How values are made: dataclasses whose fields are set once."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self, TypeVar, dataclass_transform, overload

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")
V = TypeVar("V", bound="DataclassInstance")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def value(cls: type[T]) -> type[T]:
    """Make a class a frozen dataclass of named fields, with an equality and a hash of its fields.

    That nobody sets a field again is for the type checker to see. `frozen` would have each look of the interpreter see
    to it, too: a value then takes more than twice as long to make, and a question makes two hundred.
    """
    return dataclass(kw_only=True, unsafe_hash=True)(cls)


def changed(before: V, **fields: Any) -> V:
    """Give a value that differs in these fields alone: as `dataclasses.replace`, which takes twice as long."""
    for name in before.__dataclass_fields__:
        if name not in fields:
            fields[name] = getattr(before, name)
    return type(before)(**fields)


class worked_out(cached_property[T]):  # noqa: N801 as the standard library's
    """A `cached_property` without a lock, as it is from Python 3.12 on: two threads may both work it out, alike."""

    @overload
    def __get__(self, instance: None, owner: type[Any] | None = None) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type[Any] | None = None) -> T: ...
    def __get__(self, instance: object, owner: type[Any] | None = None) -> Self | T:
        """Work it out at the first look, and leave it where the next look finds it first."""
        if instance is None or self.attrname is None:
            return self
        found = vars(instance)[self.attrname] = self.func(instance)
        return found
