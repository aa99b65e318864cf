"""Which presets there are: those shipped, and the person's own, whose files override shipped ones of the same name.

Looks into the person's folder whenever it is asked, and reads a file again only when it changed, so a new preset is
seen without a restart; puts new ones into it. What a file may say is `schema` and `parse`; what it comes to on this
machine is `resolve`.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from fusion_mcp.errors import ConfigError, Refused
from fusion_mcp.explain import did_you_mean, shown
from fusion_mcp.presets.files import MOST_BYTES, MOST_FILES, TOO_LARGE, preset_files
from fusion_mcp.presets.parse import SeatsFusion, parse_preset
from fusion_mcp.presets.saving import save_preset
from fusion_mcp.presets.schema import AnyPreset, preset_name
from fusion_mcp.settings import read_text
from fusion_mcp.types import ModelRef

_LONGEST_SENTENCE = 700


@dataclass(frozen=True, kw_only=True)
class PresetEntry:
    """One preset file: what it holds, or why it cannot be used."""

    name: str
    content: AnyPreset | ConfigError
    path: Path
    shipped: bool
    inherited: tuple[str, ...] = ()
    """The aliases of the shipped preset whose place it takes."""

    @property
    def aliases(self) -> tuple[str, ...]:
        """Further names that it answers to."""
        own = () if isinstance(self.content, ConfigError) else self.content.aliases
        return tuple(dict.fromkeys((*own, *self.inherited)))


_Stamp = tuple[int, int, int]
"""When a file was changed (ns), its size and its inode."""


class PresetLibrary:
    """Every preset by name. A broken file spoils only itself: it is listed, and asking for it gives its error."""

    def __init__(
        self, shipped: Path, user: Path, *, providers: Collection[str], is_fusion: Callable[[ModelRef], bool]
    ) -> None:
        """`providers` are the names that a model reference may begin with; folders that do not exist are empty."""
        self._shipped_folder = shipped
        self._user = user
        self._providers = providers
        self._is_fusion = is_fusion
        self._read: dict[str, tuple[_Stamp, PresetEntry]] = {}
        self._all: list[PresetEntry] = []

    def names(self) -> list[str]:
        """Name every preset that can be read, in alphabetical order; no aliases."""
        return [entry.name for entry in self.usable()]

    def usable(self) -> list[PresetEntry]:
        """List the presets that can be read, in alphabetical order."""
        return [entry for entry in self.all() if not isinstance(entry.content, ConfigError)]

    def all(self) -> list[PresetEntry]:
        """List every preset, broken ones too, in alphabetical order. Raises ConfigError if a folder cannot be read."""
        seen = {file: self._current(file) for file in preset_files(self._user)}
        if seen != self._read or not self._all:
            entries = dict(self._shipped)
            for _, entry in seen.values():
                _put(entries, entry)
            self._read, self._all = seen, [entries[name] for name in sorted(entries)]
        return list(self._all)

    def entry(self, name: str) -> PresetEntry:
        """Find a preset by its name or alias, in any case. Raises Refused(unknown_preset) with the nearest names."""
        wanted = name.strip().lower()
        entries = self.all()
        for entry in entries:
            if entry.name == wanted:
                return entry
        for entry in sorted(entries, key=lambda entry: entry.shipped or wanted in entry.inherited):  # own words first
            if wanted in entry.aliases:
                return entry
        raise Refused("unknown_preset", _unknown(name, entries))

    def get(self, name: str) -> AnyPreset:
        """Give a preset by its name or alias.

        Raises Refused: `unknown_preset`; `recursion_refused` for one that seats a fusion; `invalid_arguments` for one
        that is broken, with its first fault.
        """
        entry = self.entry(name)
        if not isinstance(entry.content, ConfigError):
            return entry.content
        reason = "recursion_refused" if isinstance(entry.content, SeatsFusion) else "invalid_arguments"
        fault = _first_fault(entry.content).rstrip(".")
        raise Refused(reason, f"preset '{entry.name}' cannot be used: {fault}. Correct that, or ask another preset.")

    def read(self, text: str, where: str, name: str) -> AnyPreset:
        """Read a preset that is in no file yet. Raises ConfigError with its faults, each beginning with `where`."""
        if len(text.encode()) > MOST_BYTES:
            raise ConfigError(f"{where}: {TOO_LARGE}")
        return parse_preset(text, where, self._providers, self._is_fusion, name=name)

    def text(self, name: str) -> tuple[str, str]:
        """Give a preset's own name and its text. Raises Refused(unknown_preset), ConfigError for a broken one."""
        entry = self.entry(name)
        if isinstance(entry.content, ConfigError):
            raise entry.content
        return entry.name, read_text(entry.path, most_bytes=MOST_BYTES)

    def save(self, name: str, text: str, *, replace: bool) -> Path:
        """Put a preset into the person's folder, whole or not at all, and say where.

        Raises ConfigError where that cannot be; without `replace` also where there is one of that name.
        """
        files = [self._user / file for file in preset_files(self._user)]
        there = [file for file in files if file.stem.lower() == name]  # the last one is the one that counts
        if not there and len(files) >= MOST_FILES:
            raise ConfigError(f"{self._user}: there are {MOST_FILES} presets, as many as may be; take one away")
        return save_preset(there[-1] if there else self._user / f"{name}.toml", text, replace=replace)

    @cached_property
    def _shipped(self) -> Mapping[str, PresetEntry]:
        """Those that come with the program, by name: their files stay as they are while it runs."""
        entries: dict[str, PresetEntry] = {}
        for file in preset_files(self._shipped_folder):
            _put(entries, self._load(self._shipped_folder / file, shipped=True))
        return entries

    def _current(self, file: str) -> tuple[_Stamp, PresetEntry]:
        known = self._read.get(file)
        path = known[1].path if known else self._user / file
        stamp = _stamp(path)
        return known if known and known[0] == stamp else (stamp, self._load(path, shipped=False))

    def _load(self, file: Path, *, shipped: bool) -> PresetEntry:
        name = file.stem.lower()
        try:
            content = self._parse(file, name)
        except ConfigError as error:
            return PresetEntry(name=shown(name), content=error, path=file, shipped=shipped)
        return PresetEntry(name=name, content=content, path=file, shipped=shipped)

    def _parse(self, file: Path, name: str) -> AnyPreset:
        try:
            _ = preset_name(name)
        except ValueError as error:
            raise ConfigError(f"{file}: {error}; rename the file") from None
        text = read_text(file, most_bytes=MOST_BYTES)
        return parse_preset(text, str(file), self._providers, self._is_fusion, name=name)


def _put(entries: dict[str, PresetEntry], entry: PresetEntry) -> None:
    """Add an entry, in the place of one of its name, whose aliases it takes over."""
    below = entries.get(entry.name)
    entries[entry.name] = replace(entry, inherited=below.aliases) if below else entry


def _stamp(file: Path) -> _Stamp:
    try:
        status = file.stat()
    except OSError:
        return 0, -1, 0
    return status.st_mtime_ns, status.st_size, status.st_ino


def _unknown(name: str, entries: Collection[PresetEntry]) -> str:
    usable = [entry.name for entry in entries if not isinstance(entry.content, ConfigError)]
    known = [name for entry in entries for name in (entry.name, *entry.aliases)]
    there = ", ".join(usable)[:_LONGEST_SENTENCE] or "none"
    return f"there is no preset '{shown(name)}'{did_you_mean(name, known) or '.'} There are: {there}."


def _first_fault(error: ConfigError) -> str:
    others = f" (and {len(error.faults) - 1} more)" if len(error.faults) > 1 else ""
    return str(error).partition("\n")[0][:_LONGEST_SENTENCE] + others
