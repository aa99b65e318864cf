"""Where configuration comes from: the sole reader of config.toml and of the environment.

The environment arrives as a mapping, so tests and embedders say what is in it. What may stand in the file is `config`;
presets are read by `presets.library`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fusion_mcp.config import Config, Local, ProviderConfig, parse_config
from fusion_mcp.errors import ConfigError

_PROGRAM = "fusion-mcp"
_MOST_CONFIG_BYTES = 1_000_000
PLATFORM_VARIABLES = frozenset(
    {"PATH", "HOME", "USER", "LANG", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "TEMP", "TMP"}  # everywhere
    | {"LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "VIRTUAL_ENV", "PYTHONPATH"}  # where libraries are found
    | {"SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT", "USERPROFILE", "APPDATA", "LOCALAPPDATA"}  # Windows
)
"""What a process needs to run on its platform; none of it is a key."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What was configured, and the folders that it came from. Keys are looked up, never copied, and never in a repr."""

    config: Config
    config_file: Path
    presets_dir: Path
    data_dir: Path
    environ: Mapping[str, str] = field(repr=False)

    def key(self, variable: str) -> str | None:
        """Give the value of an environment variable; one that is blank counts as not set.

        So does one that a client was to fill in from elsewhere and handed over as it was: `${env:OPENROUTER_API_KEY}`.
        """
        value = self.environ.get(variable, "").strip()
        return None if not value or (value.startswith("${") and value.endswith("}")) else value

    @property
    def models_dir(self) -> Path:
        """Where fetched weights lie."""
        return self.data_dir / "models"

    @property
    def journal_file(self) -> Path:
        """Where runs and the day's money are written down."""
        return self.data_dir / "runs.db"

    def bare_environ(self) -> dict[str, str]:
        """Give a child process what a process needs to run on its platform, and no key."""
        return {name: value for name, value in self.environ.items() if name.upper() in PLATFORM_VARIABLES}


def load_settings(environ: Mapping[str, str]) -> Settings:
    """Find and read config.toml; without the file, defaults hold. Creates nothing. Raises ConfigError."""
    config_dir, data_dir = _folders(environ)
    file = config_dir / "config.toml"
    text = read_text(file, most_bytes=_MOST_CONFIG_BYTES) if _exists(file) else ""
    config = parse_config(text, str(file))
    return Settings(
        config=config.model_copy(
            update={
                "local": _anchored(config.local, config_dir, environ),
                "providers": {name: _placed(each, config_dir, environ) for name, each in config.providers.items()},
            }
        ),
        config_file=file,
        presets_dir=config_dir / "presets",
        data_dir=data_dir,
        environ=environ,
    )


def shipped_presets() -> Path:
    """Find the presets that come with the program: inside the package when installed, beside it in a checkout."""
    package = Path(__file__).resolve().parent
    installed = package / "_presets"
    return installed if installed.is_dir() else package.parent / "presets"


def read_text(file: Path, *, most_bytes: int) -> str:
    """Read a small UTF-8 file, with or without a byte-order mark. Raises ConfigError naming the file and what to do."""
    try:
        if not file.is_file():
            raise ConfigError(f"{file}: this is not a file; put a text file there, or take it away")
        with file.open("rb") as stream:
            raw = stream.read(most_bytes + 1)
    except OSError as error:
        raise ConfigError(
            f"{file}: cannot be read ({error.strerror or 'unknown reason'}); check its permissions"
        ) from None
    if len(raw) > most_bytes:
        raise ConfigError(f"{file}: larger than {most_bytes // 1000} kB; this cannot be what was meant")
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: byte {error.start + 1} is not UTF-8; save the file as UTF-8") from None


def _exists(file: Path) -> bool:
    """Whether there is anything to read; what cannot be looked at is left to `read_text` to complain about."""
    try:
        return file.is_symlink() or file.exists()
    except OSError:
        return True


def _folders(environ: Mapping[str, str]) -> tuple[Path, Path]:
    """Say where configuration and data live. FUSION_MCP_HOME puts both under one folder."""
    home = environ.get("FUSION_MCP_HOME", "").strip()
    if home:
        folder = _expanded(Path(home), environ).absolute()
        if folder.exists() and not folder.is_dir():
            raise ConfigError(f"FUSION_MCP_HOME: {folder} is not a folder; name one, or unset the variable")
        return folder, folder / "data"
    import platformdirs  # noqa: PLC0415 who says where everything lies need not wait for it

    try:
        config = platformdirs.user_config_path(_PROGRAM, appauthor=False)
        data = platformdirs.user_data_path(_PROGRAM, appauthor=False)
    except RuntimeError:  # a container's user may have none
        raise ConfigError("HOME: no home folder is known; set it, or FUSION_MCP_HOME, to a folder") from None
    return config, data if data != config else data / "data"  # one and the same on macOS and Windows


def _expanded(path: Path, environ: Mapping[str, str]) -> Path:
    """Replace a leading `~`, which no shell replaces in a client's JSON or in a TOML file."""
    home = environ.get("HOME") or environ.get("USERPROFILE")
    return Path(home, *path.parts[1:]) if home and path.parts[:1] == ("~",) else path


def _placed(provider: ProviderConfig, folder: Path, environ: Mapping[str, str]) -> ProviderConfig:
    """Make the path of a program absolute; one without a folder is looked for on the PATH."""
    if provider.command is None:
        return provider
    program = _expanded(Path(provider.command[0]), environ)
    if len(program.parts) < 2:  # noqa: PLR2004 a name alone
        return provider
    return provider.model_copy(update={"command": (str(folder / program), *provider.command[1:])})


def _anchored(local: Local, folder: Path, environ: Mapping[str, str]) -> Local:
    """Make the paths of a person's own models absolute: what is relative is relative to config.toml."""
    models = {name: folder / _expanded(path, environ) for name, path in local.models.items()}
    return local.model_copy(update={"models": models})
