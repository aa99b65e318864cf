"""`pull`: fetches an embedded model's weights, once, and prints where they are."""

import argparse
from collections.abc import Mapping

from fusion_mcp.cli.arguments import UsageError
from fusion_mcp.cli.exits import OK
from fusion_mcp.cli.streams import say, show
from fusion_mcp.cli.weights import fetch_weights
from fusion_mcp.explain import did_you_mean, shown
from fusion_mcp.providers.local.verify import is_verified
from fusion_mcp.providers.local.weights import Weights, catalogue, default_weights
from fusion_mcp.settings import load_settings


def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Fetch the named weights, or the default ones, unless they are there."""
    weights = _chosen(arguments.name)
    settings = load_settings(environ)
    folder = settings.models_dir
    if is_verified(weights, folder):
        say(f"{weights.name} is there already.")
    else:
        fetch_weights(weights, settings)
    show(str(weights.path_in(folder)))
    return OK


def _chosen(name: str | None) -> Weights:
    known = catalogue()
    if name is None:
        return default_weights()
    bare = name.removeprefix("local:")
    if bare not in known:
        advice = did_you_mean(bare, known) or f"; there are {', '.join(known)}"
        raise UsageError(f"no model '{shown(name)}' can be fetched{advice}")
    return known[bare]
