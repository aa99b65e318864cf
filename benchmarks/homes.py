"""A home of a benchmark's own: configuration and presets that name the scripted provider, and nothing else."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

MEMBERS = ("alpha", "beta", "gamma")
"""Who sits on the panel unless a measure says otherwise. `judge` and `writer` are the other two."""

TOKEN = "a-token-for-benchmarks-only"  # noqa: S105 it opens nothing
_KEPT = ("PATH", "SYSTEMROOT", "TEMP", "TMPDIR", "LANG", "LD_LIBRARY_PATH")
_PRICE = "{input = 0.1, output = 0.2}"


def home(
    folder: Path,
    url: str,
    *,
    members: Sequence[str] = MEMBERS,
    judge: str = "judge",
    writer: str = "writer",
    preset: str = "",
    config: str = "",
) -> Path:
    """Write a home whose default preset is a panel of `members`; give its folder.

    Prices are known and limits far away, so that money is reckoned and stops nobody. `preset` and `config` are TOML
    that is put into the files.
    """
    presets = folder / "presets"
    presets.mkdir(parents=True)
    prices = ", ".join(f'"{model}" = {_PRICE}' for model in dict.fromkeys((*members, judge, writer)))
    (folder / "config.toml").write_text(
        f"""default_preset = "panel"
[providers.work]
base_url = "{url}"
api_key_env = "WORK_API_KEY"
prices = {{{prices}}}
[limits]
max_concurrent_runs = 300
max_concurrent_runs_per_user = 600
max_cost_usd_per_run = 1000
max_cost_usd_per_day = 1000000
confirm_above_usd = 1000
wait_s = 600
wait_with_progress_s = 600
[history]
keep_days = 36500
keep_mb = 1000000
{config}""",
        encoding="utf-8",
    )
    (presets / "panel.toml").write_text(panel(members, judge, writer, preset), encoding="utf-8")
    return folder


def panel(members: Sequence[str], judge: str, writer: str, keys: str = "") -> str:
    """Write a preset."""
    seats = "".join(f'[[panel]]\nmodel = "work:{member}"\n' for member in members)
    head = f'title = "Panel"\ndescription = "Scripted models."\ntriage = "off"\n{keys}\n'
    return f'{head}{seats}[judge]\nmodel = "work:{judge}"\n[synthesizer]\nmodel = "work:{writer}"\n'


def environ(folder: Path | None = None) -> dict[str, str]:
    """Give what a child process needs of this machine, and with `folder` the home that it is to use."""
    outer: Mapping[str, str] = os.environ  # noqa: TID251 a child process needs the machine's PATH
    kept = {name: outer[name] for name in _KEPT if name in outer}
    if folder is None:
        return kept
    place = {"HOME": str(folder), "USERPROFILE": str(folder), "FUSION_MCP_HOME": str(folder)}
    return {**kept, **place, "WORK_API_KEY": "sk-none", "FUSION_MCP_TOKEN": TOKEN, "NO_PROXY": "127.0.0.1"}
