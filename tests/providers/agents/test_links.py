"""Files of the person's own that an agent sees in its folder: those that exist, where they are, and no others."""

import json
import sys
from pathlib import Path

from fusion_mcp.providers.agents.invocation import Invocation
from fusion_mcp.providers.agents.process import run

LOOKS = """
import json, os
print(json.dumps({"there": sorted(os.listdir("home")), "login": open("home/login").read()}))
open("home/login", "w").write("refreshed")
"""


async def test_an_agent_sees_and_refreshes_its_login_and_it_outlives_the_folder(tmp_path: Path) -> None:
    login = tmp_path / "login"
    login.write_text("mine")
    links = {"home/login": str(login), "home/settings": str(tmp_path / "settings")}
    told: list[str] = []
    command = (sys.executable, "-I", "-S", "-c", LOOKS)
    await run(lambda _: Invocation(command=command, stdin="", links=links, environ={}), told.append)
    assert [json.loads(line) for line in told] == [{"there": ["login"], "login": "mine"}]
    assert login.read_text() == "refreshed"
