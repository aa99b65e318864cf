"""`presets`: lists them, or shows one with what it still needs."""

import argparse
import json
from collections.abc import Mapping

import anyio

from fusion_mcp.cli.exits import OK
from fusion_mcp.cli.streams import show
from fusion_mcp.engine import open_engine
from fusion_mcp.errors import ConfigError, FusionError
from fusion_mcp.presets.markdown import preset_markdown, presets_table
from fusion_mcp.result import PresetCard
from fusion_mcp.settings import Settings, load_settings


def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Print the presets, or the one that is named. Raises ConfigError for that one when it is broken."""
    cards = anyio.run(_cards, load_settings(environ), arguments.name)
    if isinstance(cards, FusionError):
        raise cards
    broken = cards[0].error if arguments.name is not None else None
    if arguments.json:
        shapes = [card.model_dump(mode="json") for card in cards]
        show(json.dumps(shapes if arguments.name is None else shapes[0], indent=2, ensure_ascii=False))
    elif broken is None:
        show(presets_table(cards) if arguments.name is None else preset_markdown(cards[0]))
    if broken is not None:
        raise ConfigError(broken)
    return OK


async def _cards(settings: Settings, name: str | None) -> list[PresetCard] | FusionError:
    try:
        async with open_engine(settings) as engine:
            return await engine.presets.cards() if name is None else [await engine.describe_preset(name)]
    except FusionError as error:
        return error
