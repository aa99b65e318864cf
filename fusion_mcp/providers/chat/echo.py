"""What a provider sends beside a turn and wants back with it: the model's reasoning, gathered as it streams. Pure.

Which fields those are is the catalogue's to say. Shapes after DeepSeek's "Thinking Mode" (a text) and OpenRouter's
"Preserving Reasoning" (a list of details that must go back as they came and in their order).
"""

from collections.abc import Collection
from dataclasses import dataclass, field

from fusion_mcp.providers.foreign import Json, is_shallow, items, joined, mapping

_STREAMED = {"reasoning.text": "text", "reasoning.summary": "summary"}
"""The types of details that come in pieces, each with the part of it that grows."""
_AT_LEAST = 50
"""What a piece counts for at least, so that empty ones have an end, too."""


@dataclass(kw_only=True)
class _Detail:
    """One entry of a list, as far as it has come."""

    fields: Json
    parts: list[str] = field(default_factory=list)

    def goes_on_with(self, piece: Json) -> bool:
        """Tell whether a piece belongs to this one. What is signed is complete."""
        growing = _STREAMED.get(str(piece.get("type")))
        if growing is None or piece.get("type") != self.fields.get("type"):
            return False
        if self.fields.get("signature") and piece.get(growing):
            return False
        places = [(self.fields.get(key), piece.get(key)) for key in ("index", "id")]
        return all(here is None or there is None or here == there for here, there in places)

    def take(self, piece: Json) -> None:
        growing = _STREAMED.get(str(piece.get("type")))
        for key, value in piece.items():
            if key == growing and isinstance(value, str):
                self.parts.append(value)
            elif value is not None or key not in self.fields:
                self.fields[key] = value

    def whole(self) -> Json:
        growing = _STREAMED.get(str(self.fields.get("type")), "")
        return {**self.fields, growing: joined(self.parts)} if self.parts else self.fields


class Echo:
    """The fields of a turn that go back; `size` is what they came to so far, in characters."""

    def __init__(self, fields: Collection[str] = ()) -> None:
        """`fields` are the ones that the provider wants back."""
        self.size = 0
        self._fields = fields
        self._texts: dict[str, list[str]] = {}
        self._details: dict[str, list[_Detail]] = {}

    def take(self, said: Json, *, is_whole: bool = False) -> None:
        """Take in a delta or, where `is_whole`, a whole message, which says all again that was streamed before."""
        for name in self._fields:
            value = said.get(name)
            if is_whole and value is not None:
                self._texts.pop(name, None)
                self._details.pop(name, None)
            if isinstance(value, str):
                # An empty one counts, too: DeepSeek wants back that its model did not think.
                self._texts.setdefault(name, []).append(value)
                self.size += len(value)
            for entry in items(value):
                if (piece := mapping(entry)) and is_shallow(piece):
                    self._take_detail(name, piece, is_whole=is_whole)

    def gathered(self) -> Json:
        """Give back the fields that came, each whole."""
        texts: Json = {name: joined(parts) for name, parts in self._texts.items()}
        return texts | {name: [one.whole() for one in details] for name, details in self._details.items()}

    def _take_detail(self, name: str, piece: Json, *, is_whole: bool) -> None:
        self.size += max(_AT_LEAST, len(str(piece)))
        details = self._details.setdefault(name, [])
        if is_whole or not details or not details[-1].goes_on_with(piece):
            details.append(_Detail(fields={}))
        details[-1].take(piece)
