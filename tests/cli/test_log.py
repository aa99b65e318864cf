"""What is logged while a command runs: a line for the person, and a traceback only where one was asked for."""

import subprocess
import sys

import pytest

from scripted import CANARY, Home

FAULT = f"""
import logging, os
from fusion_mcp.cli.logs import configure_logging
configure_logging(os.environ)
log = logging.getLogger("fusion_mcp.pipeline.calling.call")
log.info("unheard")
try:
    raise RuntimeError("{CANARY}")
except RuntimeError:
    log.exception("calling %s failed\\nunexpectedly", "work:alpha")
"""


def logged(home: Home, debug: str) -> str:
    environ = home.environ(FUSION_MCP_DEBUG=debug)
    return subprocess.run(
        [sys.executable, "-c", FAULT], env=environ, capture_output=True, text=True, timeout=30, check=True
    ).stderr


@pytest.mark.parametrize("debug", ["", "0"])
def test_an_error_that_is_logged_is_one_line_without_its_message(home: Home, debug: str) -> None:
    line = "fusion-mcp: calling work:alpha failed unexpectedly (RuntimeError); FUSION_MCP_DEBUG=1 shows more\n"
    assert logged(home, debug) == line


def test_its_traceback_is_there_for_who_asks_for_it(home: Home) -> None:
    assert "Traceback" in logged(home, "1")
