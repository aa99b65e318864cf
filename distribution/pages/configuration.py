"""The reference of what may be configured: every key of config.toml and of presets, and every environment variable."""

from collections.abc import Iterable, Mapping

from pydantic import BaseModel

from distribution.keys import keys
from distribution.pages.meanings import words
from distribution.pages.takes import default, takes
from fusion_mcp.config import Config, History, Limits, Local, Price, ProviderConfig, Web
from fusion_mcp.presets.schema import Choice, OpenPreset, PanelMember, Preset
from fusion_mcp.tools.search.backends import shipped

_TABLES: tuple[tuple[str, str, type[BaseModel]], ...] = (
    ("Top of config.toml", "config.toml", Config),
    ("`[providers.NAME]`", "config.toml", ProviderConfig),
    ("`[providers.NAME]`, a model's price", "config.toml", Price),
    ("`[limits]`", "config.toml", Limits),
    ("`[history]`", "config.toml", History),
    ("`[web]`", "config.toml", Web),
    ("`[local]`", "config.toml", Local),
    ("Top of a preset", "Presets", Preset),
    ("`[[panel]]`, `[judge]`, `[synthesizer]`, `[verifier]`, `[second_judge]`", "Presets", PanelMember),
    ("Instead of a panel: what is there", "Presets", OpenPreset),
    ("`[[choose]]`", "Presets", Choice),
)


def reference() -> str:
    """Write it as Markdown: a heading and a table for each class that reads a table of TOML."""
    known = words()
    lines: list[str] = []
    part = ""
    for heading, file, model in _TABLES:
        if file != part:
            part = file
            lines += [f"## {part}", ""]
        lines += [f"### {heading}", "", _lead(model), "", *_rows(model, known[model.__name__]), ""]
    return "\n".join([*lines, "## Environment variables", "", *_variables(known["environment"])])


def fields(model: type[BaseModel]) -> tuple[str, ...]:
    """The keys that a class reads, in its order, but for those that another table shows and what no file says."""
    elsewhere = set(Preset.model_fields) - {"quorum"} if model is OpenPreset else set[str]()
    return tuple(
        name for name, field in model.model_fields.items() if name not in elsewhere and field.init is not False
    )


def documented() -> Iterable[type[BaseModel]]:
    """Every class that has a table."""
    return tuple(model for _, _, model in _TABLES)


def _lead(model: type[BaseModel]) -> str:
    """The class's docstring up to its first empty line."""
    return " ".join((model.__doc__ or "").partition("\n\n")[0].split())


def _rows(model: type[BaseModel], known: Mapping[str, str]) -> list[str]:
    schema = model.model_json_schema()
    required = schema.get("required", ())
    rows = [
        f"| `{name}` | {takes(schema['properties'][name])} "
        f"| {default(schema['properties'][name], is_required=name in required)} | {known[name]} |"
        for name in fields(model)
    ]
    return ["| key | takes | default | meaning |", "|---|---|---|---|", *rows]


def _variables(ours: Mapping[str, str]) -> list[str]:
    search = ((backend.key, backend.title) for backend in shipped().values() if backend.key)
    bought = [*((key.variable, key.title) for key in keys()), *search]
    return [
        "| variable | meaning |",
        "|---|---|",
        *(f"| `{name}` | {meaning} |" for name, meaning in ours.items()),
        *(f"| `{variable}` | The key for {title}. |" for variable, title in bought),
    ]
