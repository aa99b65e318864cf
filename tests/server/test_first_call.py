"""What a person sees in their client at the first call, where the first start went wrong: the server answers.

Each state is a real home and a real process on stdio. The first sentence says what is wrong, the second what to do.
"""

import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from scripted import CANARY, Home, ScriptedProvider
from scripted.door import Door
from scripted.trio import trio_answers
from server.running import Way, connected, text_of
from tools.certificates import certificates

LEGACY = Way("stdio", "legacy")


async def first_call(environ: Mapping[str, str], way: Way = LEGACY) -> tuple[bool, str]:
    """Start a server, list its tools, ask: whether that was an error, and its text."""
    async with connected(way, environ) as client:
        assert (await client.list_tools()).tools[0].name == "fusion_ask"
        result = await client.call_tool("fusion_ask", {"question": "Is it so?"})
    assert CANARY not in text_of(result)
    return bool(result.is_error), text_of(result)


async def complaint(environ: Mapping[str, str]) -> str:
    is_error, text = await first_call(environ)
    assert is_error, text
    assert len(text) <= 1000
    assert "fusion-mcp doctor" in text
    return text


async def test_no_key(home: Home) -> None:
    text = await complaint(home.environ(WORK_API_KEY=""))
    assert text.startswith(
        "unauthorized: preset 'auto' found no model to call. Do one of these: (1) set OPENROUTER_API"
    )


async def test_a_key_whose_name_is_nearly_right(home: Home) -> None:
    text = await complaint(home.environ(OPENROUTER_KEY=CANARY))
    assert "Do one of these: (1) rename OPENROUTER_KEY, which is set, to OPENROUTER_API_KEY; (2)" in text


async def test_a_key_of_ones_own_provider_whose_name_is_nearly_right(home: Home, nowhere: str) -> None:
    home.trio(nowhere)
    text = await complaint(home.environ(WORK_API_KEY="", WORK_KEY=CANARY))
    assert "WORK_KEY is set, but the key is looked for in WORK_API_KEY. Rename that variable." in text


async def test_a_place_for_a_key_in_place_of_one(home: Home, nowhere: str) -> None:
    home.trio(nowhere)
    text = await complaint(home.environ(WORK_API_KEY="<your key>"))
    assert "What WORK_API_KEY holds is a place for a key, and no key: put the key itself there" in text
    assert "<your key>" not in text


@pytest.mark.parametrize("way", [Way("stdio", "auto"), LEGACY])
async def test_a_broken_configuration(home: Home, way: Way) -> None:
    home.config("nonsense = 1\n")
    is_error, text = await first_call(home.environ(), way)
    assert is_error
    assert text.startswith(
        f"invalid_arguments: fusion-mcp's configuration cannot be used: {home.config_file}: unknown "
    )
    assert "Correct that and ask again." in text


async def test_a_broken_configuration_is_mended_without_starting_anything_again(
    home: Home, provider: ScriptedProvider
) -> None:
    trio_answers(provider)
    home.config("nonsense = 1\n")
    async with connected(LEGACY, home.environ()) as client:
        assert (await client.call_tool("fusion_ask", {"question": "Is it so?"})).is_error
        home.trio(provider)
        assert not (await client.call_tool("fusion_ask", {"question": "Is it so?"})).is_error
        listed = (await client.list_tools()).tools[0].input_schema["properties"]["preset"]
    assert listed["default"] == "trio"


async def test_a_provider_without_an_address(home: Home) -> None:
    home.config('[providers.mine]\napi_key_env = "MINE_KEY"\n')
    text = await complaint(home.environ())
    assert "configuration cannot be used" in text
    assert "providers.mine" in text


async def test_a_key_that_the_client_has_not_filled_in(home: Home) -> None:
    text = await complaint(home.environ(OPENROUTER_API_KEY="${env:OPENROUTER_API_KEY}"))
    assert "Do one of these: (1) put the key itself into OPENROUTER_API_KEY, which your client has not filled" in text


async def test_a_broken_preset(home: Home, nowhere: str) -> None:
    home.trio(nowhere)
    file = home.preset("trio", "title = ")
    is_error, text = await first_call(home.environ())
    assert is_error
    assert text.startswith(f"invalid_arguments: preset 'trio' cannot be used: {file}: ")
    assert "Correct that, or ask another preset." in text


async def test_a_default_preset_that_is_not_there(home: Home, nowhere: str) -> None:
    home.trio(nowhere)
    home.config('default_preset = "tiro"')
    is_error, text = await first_call(home.environ())
    assert is_error
    assert text.startswith("unknown_preset: there is no preset 'tiro'; did you mean 'trio'?")


async def test_a_home_that_is_no_folder(home: Home) -> None:
    file = home.path / "file"
    file.write_text("", encoding="utf-8")
    assert f"FUSION_MCP_HOME: {file} is not a folder; name one" in await complaint(
        home.environ(FUSION_MCP_HOME=str(file))
    )


async def test_certificates_that_cannot_be_loaded(home: Home, nowhere: str) -> None:
    home.trio(nowhere)
    is_error, text = await first_call(home.environ(SSL_CERT_FILE="/no/such/file.pem"))
    assert is_error
    assert "SSL_CERT_FILE" in text


async def test_a_proxy_that_does_not_answer(home: Home) -> None:
    home.trio("https://api.example.com/v1")
    text = await complaint(home.environ())  # whose own proxies are at a port where nothing listens
    assert text.startswith("all_panels_failed: work cannot be reached at https://api.example.com/v1/chat/completions: ")
    assert "the proxy 127.0.0.1:9 (HTTPS_PROXY) does not answer. Start it, or correct or unset HTTPS_PROXY;" in text
    assert "So it is with work:alpha, work:beta, work:gamma: no member of the panel answered." in text


async def test_a_certificate_of_a_companys_own(home: Home, tmp_path: Path) -> None:
    papers = certificates(tmp_path, ["127.0.0.1"])
    with Door(shown=papers.shown) as server:
        home.trio(f"https://127.0.0.1:{server.port}/v1")
        text = await complaint(home.environ())
    assert "its certificate is from an issuer that this machine does not know, as behind a company's proxy" in text
    assert "Set SSL_CERT_FILE to a PEM file with that issuer's certificate" in text


def a_file_in_the_folders_place(data: Path) -> None:
    data.write_text("mine", encoding="utf-8")


def a_later_versions_database(data: Path) -> None:
    data.mkdir()
    with closing(sqlite3.connect(data / "runs.db")) as file:
        file.execute("CREATE TABLE runs (shape TEXT)")
        file.execute("PRAGMA user_version = 9999")


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (a_file_in_the_folders_place, "a file stands where its folder should be"),
        (a_later_versions_database, "it was written by a later version"),
    ],
)
async def test_a_disk_that_takes_nothing_costs_no_answer_and_is_a_warning(
    home: Home, provider: ScriptedProvider, spoil: Callable[[Path], None], why: str
) -> None:
    trio_answers(provider)
    home.trio(provider)
    spoil(home.data)
    is_error, text = await first_call(home.environ())
    assert not is_error
    assert f"is not written: {why}. Runs are carried out, but" in text
