"""MCP resources: `fusion://presets`, `fusion://presets/{name}` and `fusion://runs/{run_id}`. What they are, others say.

A preset may be a stranger's file: its texts are cleaned here.
"""

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp.types import (
    INVALID_PARAMS,
    ListResourcesResult,
    ListResourceTemplatesResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
    Resource,
    ResourceTemplate,
    TextResourceContents,
)

from fusion_mcp.cleaning import one_line
from fusion_mcp.errors import FusionFailed, Refused
from fusion_mcp.presentation import cleaned
from fusion_mcp.render import failure_shape
from fusion_mcp.result import PresetCard

if TYPE_CHECKING:
    from fusion_mcp.engine import Engine

PRESETS = "fusion://presets"
TEMPLATE = "fusion://presets/{name}"
RUNS = "fusion://runs"
RUN_TEMPLATE = "fusion://runs/{run_id}"

_JSON = "application/json"
_LONGEST_DESCRIPTION = 300


class Resources:
    """Answers the `resources/` methods."""

    def __init__(self, engine: "Engine") -> None:
        """Show the presets that `engine` knows."""
        self._engine = engine

    async def list(self, _: ServerRequestContext[Any], __: PaginatedRequestParams | None) -> ListResourcesResult:
        """List all presets as one resource, then each usable one, since many clients offer only what is listed."""
        whole = Resource(
            name="presets",
            title="Fusion presets",
            uri=PRESETS,
            mime_type=_JSON,
            description="Every preset: who sits on its panel, its limits, and what still keeps it from being used.",
        )
        cards = await self._engine.presets.cards()
        return ListResourcesResult(resources=[whole, *(_resource(card) for card in cards if card.usable)])

    async def templates(
        self, _: ServerRequestContext[Any], __: PaginatedRequestParams | None
    ) -> ListResourceTemplatesResult:
        """Name the templates under which every preset, usable or not, and every run can be read."""
        preset = ResourceTemplate(
            name="preset",
            title="A Fusion preset",
            uri_template=TEMPLATE,
            mime_type=_JSON,
            description="One preset: who sits on its panel, its limits, and what still keeps it from being used.",
        )
        run = ResourceTemplate(
            name="run",
            title="A Fusion run",
            uri_template=RUN_TEMPLATE,
            mime_type=_JSON,
            description="One run as it stands, in full, by the run_id of its result.",
        )
        return ListResourceTemplatesResult(resource_templates=[preset, run])

    async def read(self, _: ServerRequestContext[Any], params: ReadResourceRequestParams) -> ReadResourceResult:
        """Read one resource as JSON. Raises MCPError for an address at which there is none."""
        uri = str(params.uri)
        text = await self._text(uri)
        contents = [TextResourceContents(uri=params.uri, mime_type=_JSON, text=text)]
        if uri.startswith(f"{RUNS}/"):
            return ReadResourceResult(contents=[*contents], ttl_ms=0)  # a run goes on while a client would keep it
        return ReadResourceResult(contents=[*contents])

    async def _text(self, uri: str) -> str:
        if uri == PRESETS:
            return _json([card.model_dump(mode="json") for card in await self._engine.presets.cards()])
        try:
            if uri.startswith(f"{RUNS}/"):
                return await self._run(unquote(uri.removeprefix(f"{RUNS}/")))
            if uri.startswith(f"{PRESETS}/"):
                card = await self._engine.describe_preset(unquote(uri.removeprefix(f"{PRESETS}/")))
                return _json(card.model_dump(mode="json"))
        except Refused as error:
            raise _not_found(uri, error.message) from None
        raise _not_found(uri, f"there is no such resource; read {PRESETS}")

    async def _run(self, run_id: str) -> str:
        """A run as it stands. Reading neither waits for it nor takes it up again."""
        try:
            result = await self._engine.look(run_id)
        except FusionFailed as failed:
            return _json({"run_id": run_id, "error": failure_shape(failed)})
        except Refused as refused:
            if refused.reason != "cancelled":
                raise
            return _json({"run_id": run_id, "error": failure_shape(refused)})
        return _json(result.model_dump(mode="json"))


def _resource(card: PresetCard) -> Resource:
    return Resource(
        name=f"preset {card.name}",
        title=one_line(card.title, _LONGEST_DESCRIPTION) or card.name,
        uri=f"{PRESETS}/{quote(card.name, safe='')}",
        mime_type=_JSON,
        description=one_line(card.description, _LONGEST_DESCRIPTION),
    )


def _json(content: object) -> str:
    return json.dumps(cleaned(content), indent=2, ensure_ascii=False)


def _not_found(uri: str, message: str) -> MCPError:
    shown = one_line(uri, _LONGEST_DESCRIPTION)
    return MCPError(code=INVALID_PARAMS, message=f"Resource not found: {one_line(message, 500)}", data={"uri": shown})
