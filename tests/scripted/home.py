"""A FUSION_MCP_HOME of a test's own: configuration, presets, and the environment of a child process that uses it."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from scripted.provider import ScriptedProvider
from scripted.web import ScriptedWeb

CANARY = "sk-test-canary-7f3a9c21d5e84b60"
"""The value of WORK_API_KEY: it may reach the provider, and must turn up nowhere else."""

BOTH = ("web_search", "web_fetch")
"""The tools that a preset may give."""

Member = str | Mapping[str, Any]


class Home:
    """Builds one home below `root`. Nothing is there until it is written."""

    def __init__(self, root: Path) -> None:
        self.user = root / "user"
        self.path = root / "fusion home"
        self.presets = self.path / "presets"
        self.data = self.path / "data"
        self.presets.mkdir(parents=True)
        self.user.mkdir()

    @property
    def config_file(self) -> Path:
        return self.path / "config.toml"

    def config(self, text: str) -> Path:
        """Write config.toml."""
        self.config_file.write_text(text, encoding="utf-8")
        return self.config_file

    def preset(self, name: str, text: str) -> Path:
        """Write presets/NAME.toml."""
        file = self.presets / f"{name}.toml"
        file.write_text(text, encoding="utf-8")
        return file

    def trio(
        self,
        provider: ScriptedProvider | str,
        panel: Sequence[Member] = ("alpha", "beta", "gamma"),
        judge: Member | None = "judge",
        synthesizer: Member | None = "writer",
        *,
        name: str = "trio",
        prices: Mapping[str, tuple[float, float]] | None = None,
        internet: ScriptedWeb | None = None,
        config: str = "",
        **preset_keys: object,
    ) -> str:
        """Write a config.toml with `provider` as `work`, and a preset that is the default; returns the preset's name.

        `provider` may also be a base URL. Models are names at `work`, whole references, or tables with a `model`.
        `prices` are USD per million tokens, (input, output); `config` is appended to the configuration.
        With `internet`, members have both tools unless `tools` says otherwise, may read that web, and search with its
        SearXNG at `/search`. No question is advised on, unless `triage` says so.
        """
        url = provider if isinstance(provider, str) else provider.base_url
        table = {model: {"input": read, "output": written} for model, (read, written) in (prices or {}).items()}
        lines = [f'default_preset = "{name}"', "", "[providers.work]", f'base_url = "{url}"']
        lines += ['api_key_env = "WORK_API_KEY"', *([f"prices = {_toml(table)}"] if prices else [])]
        lines += [*(_web(internet) if internet else []), config]
        self.config("\n".join(lines) + "\n")
        keys = {
            "title": "Trio",
            "description": "Three scripted models.",
            "triage": "off",
            **({"tools": BOTH} if internet else {}),
        }
        keys |= preset_keys
        text = "".join(f"{key} = {_toml(value)}\n" for key, value in keys.items())
        text += "".join(_table("[[panel]]", member) for member in panel)
        text += _table("[judge]", judge) + _table("[synthesizer]", synthesizer)
        self.preset(name, text)
        return name

    def environ(self, **extra: str) -> dict[str, str]:
        """A clean environment for a child process: this home, the canary as its only key, no way to the internet."""
        kept = ("PATH", "SYSTEMROOT", "TEMP", "TMPDIR", "LANG")
        outer = os.environ  # noqa: TID251  # a child process needs the machine's PATH
        nowhere = "http://127.0.0.1:9"
        return {
            **{name: outer[name] for name in kept if name in outer},
            "HOME": str(self.user),
            "USERPROFILE": str(self.user),
            "FUSION_MCP_HOME": str(self.path),
            "WORK_API_KEY": CANARY,
            "HTTP_PROXY": nowhere,
            "HTTPS_PROXY": nowhere,
            "NO_PROXY": "127.0.0.1,localhost",
            **extra,
        }


def _web(internet: ScriptedWeb) -> list[str]:
    """The configuration that lets members search and read this web."""
    reach = [f'searxng_url = "{internet.url()}"', f'allow_private = ["{internet.host_port}"]']
    return ["", "[web]", 'search = ["searxng"]', *reach]


def _table(head: str, member: Member | None) -> str:
    """A preset's table for one model; nothing for none."""
    if member is None:
        return ""
    keys: dict[str, Any] = {"model": member} if isinstance(member, str) else dict(member)
    keys["model"] = _reference(keys["model"])
    if "fallbacks" in keys:
        keys["fallbacks"] = [_reference(model) for model in keys["fallbacks"]]
    return f"\n{head}\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in keys.items())


def _reference(model: str) -> str:
    return model if ":" in model else f"work:{model}"


def _toml(value: object) -> str:
    """A TOML value; a JSON string, number or boolean is one already."""
    if isinstance(value, Mapping):
        pairs = cast("Mapping[object, object]", value)
        return "{ " + ", ".join(f"{json.dumps(str(key))} = {_toml(item)}" for key, item in pairs.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, cast("Sequence[object]", value))) + "]"
    return json.dumps(value, ensure_ascii=False)
