"""The shape of config.toml: what a person may set, its limits and its defaults.

Pure: text in, `Config` out. Reading the file, finding it and reading keys is `settings`; which providers exist is the
catalogue's to say.
"""

import re
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, Strict, ValidationInfo

from fusion_mcp.explain import kind_of, read_toml, validate
from fusion_mcp.money import MOST_USD, plain_amount, spendable


def _number(value: object, info: ValidationInfo) -> object:
    """Take TOML's numbers as they are, and no text that merely looks like one. In JSON, exact ones are text."""
    if info.mode == "json" and isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise ValueError(f"expected a number, got {kind_of(value)}")  # noqa: TRY004 pydantic turns only this into a fault
    return value


def _plain_zero(number: float) -> float:
    return number or 0.0  # and not -0.0, which would be shown


def _lasting(seconds: float) -> float:
    if seconds < _LEAST_SECONDS:
        raise ValueError(f"must be at least {_LEAST_SECONDS}, a millisecond")
    return seconds


_LEAST_SECONDS = 0.001

Whole = Annotated[int, Strict()]
Number = Annotated[float, Field(allow_inf_nan=False), BeforeValidator(_number), AfterValidator(_plain_zero)]
Seconds = Annotated[Number, Field(gt=0, le=86_400), AfterValidator(_lasting)]
Usd = Annotated[Decimal, BeforeValidator(_number), Field(ge=0, le=MOST_USD), AfterValidator(plain_amount)]
PositiveUsd = Annotated[Usd, Field(gt=0), AfterValidator(spendable)]

_KEY_ADVICE = (
    "write the NAME of an environment variable, such as WORK_API_KEY, and put the key itself into that variable"
)
_KEY_STARTS = ("sk-", "sk_", "gsk_", "xai-", "aiza", "hf_", "pplx-", "fw_", "tgp_", "key-", "csk-", "nvapi-", "bearer ")
_KEY_LENGTH = 20


def _provider_name(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9-]*", name):
        raise ValueError("a provider's name is small letters, digits and '-', and begins with a letter")
    return name


def _local_name(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", name):
        raise ValueError("a local model's name is letters, digits, '.', '_' and '-'")
    return name


def _looks_like_a_key(text: str) -> bool:
    mixed = any(letter.islower() for letter in text) and any(letter.isdigit() for letter in text)
    return text.lower().startswith(_KEY_STARTS) or (len(text) >= _KEY_LENGTH and mixed)


def _variable_name(text: str) -> str:
    if _looks_like_a_key(text):
        raise ValueError(f"this looks like a key itself; {_KEY_ADVICE}")
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text):
        raise ValueError(f"this is no variable's name; {_KEY_ADVICE}")
    return text


def _base_url(text: str) -> str:
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise ValueError("this is no URL; write one as in http://127.0.0.1:8900/v1") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or not text.isprintable() or " " in text:
        raise ValueError("write an http or https URL, as in http://127.0.0.1:8900/v1")
    if parts.username is not None or parts.password is not None:
        raise ValueError("leave user name and password out of the URL; name a key's variable in api_key_env instead")
    if parts.query or parts.fragment:
        raise ValueError("leave out everything from '?' or '#' on")
    return text.rstrip("/")


def _host_and_port(text: str) -> str:
    found = re.fullmatch(r"(\[[0-9A-Fa-f:.]+\]|[^\s:/@\[\]]+):(\d{1,5})", text)
    if not found or not 0 < int(found[2]) <= 65_535:  # noqa: PLR2004 the last port there is
        raise ValueError("write host:port, as in 127.0.0.1:8901")
    return text


def _argument(text: str) -> str:
    if "\0" in text:
        raise ValueError("no argument of a command has a zero byte")
    if text.lower().startswith(_KEY_STARTS):
        raise ValueError("this looks like a key; name its variable in api_key_env or env instead")
    return text


def _domain(text: str) -> str:
    if "://" in text or "/" in text:
        raise ValueError("this is an address; write its domain alone, as in example.org")
    if "*" in text or text.startswith("."):
        raise ValueError("leave the wildcard out, as in example.org: a domain covers its subdomains")
    if ":" in text:
        raise ValueError("leave the port out, as in example.org")
    name = text.lower().removesuffix(".")
    if not re.fullmatch(r"(?=.{1,253}\Z)[\w-]{1,63}(\.[\w-]{1,63})*", name):
        raise ValueError("this is no domain; write one as in example.org")
    return name


def _each_once(names: tuple[str, ...]) -> tuple[str, ...]:
    if not names:
        raise ValueError("name at least one backend; to keep the panel off the web, set web.enabled = false")
    if len(set(names)) < len(names):
        raise ValueError("a backend stands here twice; name each once")
    return names


BaseUrl = Annotated[str, AfterValidator(_base_url)]
KeyVariable = Annotated[str, AfterValidator(_variable_name)]
Argument = Annotated[str, AfterValidator(_argument)]
DomainNames = tuple[Annotated[str, AfterValidator(_domain)], ...]
"""Domains, each of which stands for its subdomains too, in small letters."""

AgentEvents = Literal["claude-code", "codex", "gemini-cli", "opencode", "text"]
"""What an agent program prints while it works: the events of a known one, or its answer as plain text."""

SearchBackend = Literal["searxng", "brave", "tavily", "exa", "ddgs"]
"""The closed list of what can search the web; `tools.search` has a file for each."""

Store = Literal["full", "metadata", "off"]
"""What of a run outlives its process: all of it, all but its words, or only the day's money."""


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


class Price(_Table):
    """What a model costs, in USD per million tokens."""

    input: Usd
    output: Usd


class ProviderConfig(_Table):
    """A provider of the person's own, or what differs from the built-in one of that name.

    Either a server at `base_url`, or an agent program: `command`, with `{model}` where the model's name goes, which
    reads the question from stdin. `events` says what it prints, `web_args` turns its own web tools on, `env` names
    variables that it gets besides those of the platform, `billing` how its calls are paid for (absent: nobody knows).
    """

    base_url: BaseUrl | None = None
    api_key_env: KeyVariable | None = None
    prices: dict[str, Price] = {}
    max_concurrency: Annotated[Whole, Field(ge=1)] | None = None
    command: Annotated[tuple[Argument, ...], Field(min_length=1)] | None = None
    events: AgentEvents | None = None
    web_args: tuple[Argument, ...] | None = None
    env: tuple[KeyVariable, ...] = ()
    billing: Literal["subscription", "free"] | None = None


class Limits(_Table):
    """The person's own limits: a caller may lower them, never raise them.

    `assumed_cost_usd_per_call` is reserved for each call to a model whose price nobody knows, while its run lasts.
    `max_concurrent_runs` is for one process, `max_concurrent_runs_per_user` for all that share a data folder: absent,
    twice as many.
    """

    max_cost_usd_per_run: PositiveUsd = Decimal("2.00")
    max_cost_usd_per_day: PositiveUsd = Decimal("20.00")
    max_concurrent_runs: Annotated[Whole, Field(ge=1)] = 8
    max_concurrent_runs_per_user: Annotated[Whole, Field(ge=1)] | None = None
    wait_s: Seconds = 50.0
    wait_with_progress_s: Seconds = 220.0
    confirm_above_usd: Usd = Decimal("1.00")
    assumed_cost_usd_per_call: Usd = Decimal("0.002")

    @property
    def runs_per_user(self) -> int:
        """How many runs all processes together may have under way."""
        return self.max_concurrent_runs_per_user or 2 * self.max_concurrent_runs


class Web(_Table):
    """How the panel may reach the web.

    `search` names backends in order of preference. A backend NAME has its settings in `NAME_url` and
    `NAME_api_key_env`; where they are left out, what `tools/search/backends.toml` says holds.
    """

    enabled: Annotated[bool, Strict()] = True
    search: Annotated[tuple[SearchBackend, ...], AfterValidator(_each_once)] = ("searxng", "ddgs")
    searxng_url: BaseUrl | None = None
    brave_url: BaseUrl | None = None
    brave_api_key_env: KeyVariable | None = None
    tavily_url: BaseUrl | None = None
    tavily_api_key_env: KeyVariable | None = None
    exa_url: BaseUrl | None = None
    exa_api_key_env: KeyVariable | None = None
    allowed_domains: DomainNames = ()
    excluded_domains: DomainNames = ()
    allow_private: tuple[Annotated[str, AfterValidator(_host_and_port)], ...] = ()


class Local(_Table):
    """The embedded runtime: GGUF files of the person's own, named as `local:NAME`, and threads to use."""

    models: dict[Annotated[str, AfterValidator(_local_name)], Path] = {}
    threads: Annotated[Whole, Field(ge=1, le=1024)] | None = None


class History(_Table):
    """What of past runs is kept, and for how long.

    `store`: questions, answers and costs ("full"), costs and times without words ("metadata"), or the day's money alone
    ("off"). The oldest runs go when they are `keep_days` old, or when all together take more than `keep_mb` megabytes.
    """

    store: Store = "full"
    keep_days: Annotated[Whole, Field(ge=1, le=36_500)] = 30
    keep_mb: Annotated[Whole, Field(ge=1, le=1_000_000)] = 500


class Config(_Table):
    """The whole of config.toml. Everything may be left out."""

    default_preset: Annotated[str, Field(min_length=1, max_length=64)] = "auto"
    providers: dict[Annotated[str, AfterValidator(_provider_name)], ProviderConfig] = {}
    limits: Limits = Limits()
    history: History = History()
    web: Web = Web()
    local: Local = Local()


def parse_config(text: str, where: str) -> Config:
    """Read config.toml's text. Raises ConfigError, each fault beginning with `where` and naming its field."""
    hints = {"api_key": f"did you mean 'api_key_env'? There, {_KEY_ADVICE}"}
    for field in Web.model_fields:
        if field.endswith("_api_key_env"):
            hints[field.removesuffix("_env")] = f"did you mean '{field}'? There, {_KEY_ADVICE}"
    return validate(Config, read_toml(text, where), where, hints=hints)
