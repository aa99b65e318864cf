"""The environment of an agent's process: what its platform, its login and its network need, and the marker. Pure.

No key and nothing else that the person's shell or client happens to have gets through.
"""

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import urlsplit

from fusion_mcp import guard
from fusion_mcp.settings import PLATFORM_VARIABLES

_FOLDERS = frozenset(
    {"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"}  # where logins lie
    | {"XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"}  # how a Linux desktop's keyring is reached
    | {"HOMEDRIVE", "HOMEPATH", "PROGRAMDATA", "PROGRAMFILES", "PROGRAMFILES(X86)", "COMMONPROGRAMFILES"}  # Windows
    | {"LOGNAME", "USERNAME", "SHELL"}
)
_NETWORK = frozenset(
    {"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"}
    | {"SSL_CERT_FILE", "SSL_CERT_DIR", "NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE"}
)
_TEMPORARY = ("TMPDIR", "TEMP", "TMP")
_HANDED_ON = (PLATFORM_VARIABLES | _FOLDERS | _NETWORK) - {*_TEMPORARY}


def surroundings(
    environ: Mapping[str, str], *, passed: Iterable[str], own: Mapping[str, str], folder: str
) -> dict[str, str]:
    """Choose from our whole environment; `passed` are further names, `own` is what the agent gets besides.

    Platform and proxy variables are taken in any case, as they are spelled. Temporary files go into `folder`.
    """
    names = frozenset(passed)
    chosen = {name: value for name, value in environ.items() if name.upper() in _HANDED_ON or name in names}
    return guard.child_environ(chosen | dict.fromkeys(_TEMPORARY, folder) | dict(own))


def passwords(environ: Mapping[str, str]) -> Iterator[str]:
    """Give the passwords that are handed on within the addresses of proxies."""
    for name, value in environ.items():
        if name.upper() in _NETWORK and "@" in value:
            try:
                password = urlsplit(value).password
            except ValueError:
                continue
            if password:
                yield password
