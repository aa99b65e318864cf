"""The shapes of what `doctor` finds, as `doctor --json` prints them. What fills them is `diagnosis`."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from fusion_mcp.config import Store
from fusion_mcp.result import PresetCard, Usd


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Program(_Shape):
    """What runs, and on what; a package that is not installed is null."""

    version: str
    python: str
    platform: str
    packages: dict[str, str | None]


class ConfigurationFound(_Shape):
    """The configuration file, and what is wrong with it."""

    file: str | None
    exists: bool
    faults: list[str]


class ProviderFound(_Shape):
    """One provider: `key_set` null where it needs no key, `answers` null where nobody asked it.

    `misnamed` is a variable that is set, and looks like the one that its key is looked for in; `to_mend` says what is
    wrong with its key or its answer, and what to do.
    """

    name: str
    title: str
    base_url: str | None
    local: bool
    configured: bool
    key_variable: str | None
    key_set: bool | None
    misnamed: str | None
    answers: bool | None
    detail: str | None
    to_mend: str | None


class AgentFound(_Shape):
    """One agent program: `path` null where it is not installed, `logged_in` where nobody asked it.

    `billing` is "subscription", "metered", "free", or begins with "unknown".
    """

    name: str
    title: str
    program: str
    path: str | None
    configured: bool
    billing: str
    logged_in: bool | None
    detail: str | None
    install: str | None


class WeightsFound(_Shape):
    """One embedded model."""

    name: str
    title: str
    bytes: int
    fetched: bool


class EmbeddedFound(_Shape):
    """The embedded runtime and its models, the person's own files included."""

    runtime_installed: bool
    models: list[WeightsFound]
    own_files: dict[str, bool]


class BackendFound(_Shape):
    """One search backend: `lacks` says what it cannot be asked without, `answers` is null where nobody asked it."""

    name: str
    title: str
    key_variable: str | None
    lacks: str | None
    answers: bool | None
    detail: str | None


class WebFound(_Shape):
    """The panel's way to the web, with the search backends in the order in which they are asked."""

    enabled: bool
    backends: list[BackendFound]
    allowed_domains: list[str]
    excluded_domains: list[str]


class ProxyFound(_Shape):
    """A proxy that a variable names: host and port, "" where they cannot be shown, and whether anything listens."""

    variable: str
    place: str
    answers: bool | None


class NetworkFound(_Shape):
    """What stands between this machine and everybody else; `clock` says that the time is wrong."""

    proxies: list[ProxyFound]
    clock: str | None


class ClientFound(_Shape):
    """A client whose configuration starts fusion-mcp: with what, which keys it hands over, and what is wrong with it.

    `program` is null where the file cannot be read.
    """

    client: str
    title: str
    file: str
    program: str | None
    keys: list[str]
    to_mend: list[str]


class LeftAlone(_Shape):
    """A model that failed so often that it is not called for some seconds more, and why."""

    model: str
    for_s: float
    why: str


class MoneyFound(_Shape):
    """Today's money in USD (UTC days): billed, possibly billed, held for runs under way, and the limit."""

    spent_usd: Usd
    in_doubt_usd: Usd
    held_usd: Usd
    limit_usd: Usd


class JournalFound(_Shape):
    """The file that runs and money are written to; `trouble` says why it is not, where it cannot be used."""

    file: str
    store: Store
    trouble: str | None
    today: MoneyFound | None
    left_alone: list[LeftAlone]


class Diagnosis(_Shape):
    """Everything that `doctor` says."""

    status: Literal["ready", "no_usable_preset", "broken_configuration"]
    program: Program
    configuration: ConfigurationFound
    clients: list[ClientFound]
    network: NetworkFound
    providers: list[ProviderFound]
    agents: list[AgentFound]
    embedded: EmbeddedFound | None
    web: WebFound | None
    journal: JournalFound | None
    presets: list[PresetCard]
    advice: list[str]
