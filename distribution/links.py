"""Links that install the server with one click, for the clients that document such links. None contains a key.

Checked 2026-11-23: https://cursor.com/docs/mcp/install-links, https://code.visualstudio.com/api/extension-guides/ai/mcp
(with VS Code's own reading of `mcp/install`), https://lmstudio.ai/docs/app/mcp/deeplink,
https://goose-docs.ai/deeplink-generator, https://kiro.dev/docs/mcp/share.
"""

import json
from base64 import b64encode
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from distribution.keys import Key
from distribution.launch import launch
from distribution.project import SERVER, TITLE, Project


@dataclass(frozen=True, kw_only=True)
class Link:
    """A client, where a click leads, and the picture to click on."""

    client: str
    url: str
    badge: str

    @property
    def markdown(self) -> str:
        """The picture as a link."""
        return f"[![Add to {self.client}]({self.badge})]({self.url})"


def links(project: Project, key: Key) -> tuple[Link, ...]:
    """Give each client's link; the key is named as the client reads it, or asked for by the client."""
    return (
        Link(
            client="Cursor",
            url="https://cursor.com/install-mcp?" + _query(name=SERVER, config=_base64(_cursor(project, key))),
            badge="https://cursor.com/deeplink/mcp-install-dark.svg",
        ),
        _vscode("VS Code", "vscode", "0098FF", project, key),
        _vscode("VS Code Insiders", "vscode-insiders", "24bfa5", project, key),
        Link(
            client="LM Studio",
            url="https://lmstudio.ai/install-mcp?" + _query(name=SERVER, config=_base64(_lm_studio(project, key))),
            badge="https://files.lmstudio.ai/deeplink/mcp-install-light.svg",
        ),
        Link(
            client="Goose",
            url="https://goose-docs.ai/extension?" + _goose(project, key),
            badge="https://goose-docs.ai/img/extension-install-dark.svg",
        ),
        Link(
            client="Kiro",
            url="https://kiro.dev/launch/mcp/add?" + _query(name=SERVER, config=_kiro(project, key)),
            badge="https://kiro.dev/images/add-to-kiro.svg",
        ),
    )


def _cursor(project: Project, key: Key) -> str:
    return _json(launch(project, {key.variable: f"${{env:{key.variable}}}"}))


def _kiro(project: Project, key: Key) -> str:
    return _json(launch(project, {key.variable: f"${{{key.variable}}}"}))


def _lm_studio(project: Project, key: Key) -> str:
    """Leave a place for the key in the file that it opens; it replaces no names there."""
    return _json(launch(project, {key.variable: ""}))


def _vscode(client: str, scheme: str, colour: str, project: Project, key: Key) -> Link:
    """Wrap a link to the editor in one to its web page, since GitHub lets only the web's links through."""
    asked = {"type": "promptString", "id": key.field, "description": _hint(key), "password": True}
    config = launch(project, {key.variable: f"${{input:{key.field}}}"})
    inside = f"{scheme}:mcp/install?" + quote(_json({"name": SERVER, **config, "inputs": [asked]}), safe="")
    label = client.replace(" ", "_")
    return Link(
        client=client,
        url="https://insiders.vscode.dev/redirect?" + _query(url=inside),
        badge=f"https://img.shields.io/badge/{label}-Install-{colour}?style=flat-square",
    )


def _goose(project: Project, key: Key) -> str:
    config = launch(project, {})
    words = [("cmd", config["command"]), *(("arg", word) for word in config["args"])]
    named = [("id", SERVER), ("name", TITLE), ("description", project.description)]
    return urlencode([*words, *named, ("env", f"{key.variable}={_hint(key)}")], quote_via=quote, safe="")


def _hint(key: Key) -> str:
    return f"{key.title} API key; may stay empty"


def _query(**parameters: str) -> str:
    return urlencode(parameters, quote_via=quote, safe="")


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))
