"""The commands `install` and `uninstall`: whose configuration is meant, or whose might be."""

import argparse
import sys
from collections.abc import Mapping

from fusion_mcp.cli.exits import OK
from fusion_mcp.cli.install import keeping
from fusion_mcp.cli.install.clients import client_named, clients, platform_of, user_files
from fusion_mcp.cli.install.installing import install
from fusion_mcp.cli.install.uninstalling import uninstall
from fusion_mcp.cli.streams import show


def run(arguments: argparse.Namespace, environ: Mapping[str, str]) -> int:
    """Do what was asked; without a client, name those that are known and where their files lie."""
    if arguments.client is None:
        show(_known(arguments.command, environ))
        return OK
    client = client_named(arguments.client)
    if arguments.command == "uninstall":
        return uninstall(client, arguments, environ)
    return install(client, arguments, environ)


def _known(command: str, environ: Mapping[str, str]) -> str:
    platform = platform_of(sys.platform)
    files = {name: keeping.choose(user_files(client, environ, platform)) for name, client in clients().items()}
    return "\n".join(
        [f"Name one of these: fusion-mcp {command} CLIENT", *(f"{name:16}{files[name]}" for name in files)]
    )
