"""`doctor` on the way to the network: proxies, certificates, the clock. Each fault is a real one, on loopback."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cli.command_line import CommandLine
from fusion_mcp.cli.doctor.network import clock_fault
from scripted import CANARY, Home, ScriptedProvider
from scripted.door import Door, refusal
from tools.certificates import certificates

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def to_do(out: str) -> str:
    """The section that says what to do."""
    return out.partition("\nWhat to do\n")[2]


def test_doctor_says_why_each_provider_cannot_be_reached_and_what_to_do(
    cli: CommandLine, home: Home, tmp_path: Path
) -> None:
    folders = {name: tmp_path / name for name in ("issuer", "name", "time")}
    for folder in folders.values():
        folder.mkdir()
    issuer = certificates(folders["issuer"], ["127.0.0.1"])
    name = certificates(folders["name"], ["example.org"])
    time = certificates(folders["time"], ["127.0.0.1"], begins_in_days=900)
    known = tmp_path / "known.pem"
    known.write_bytes(name.trusted.read_bytes() + time.trusted.read_bytes())
    with (
        Door(shown=issuer.shown) as unknown,
        Door(shown=name.shown) as misnamed,
        Door(shown=time.shown) as later,
        Door(b"HTTP/1.1 400 Bad Request\r\n\r\n") as plain,
        Door(refusal("407 Proxy Authentication Required")) as proxy,
    ):
        ports = {"issuer": unknown.port, "name": misnamed.port, "time": later.port, "plain": plain.port}
        tables = [f'[providers.{each}]\nbase_url = "https://127.0.0.1:{port}/v1"\n' for each, port in ports.items()]
        home.config("".join([*tables, '[providers.far]\nbase_url = "https://api.example.com/v1"\n']))
        environ = {"SSL_CERT_FILE": str(known), "HTTPS_PROXY": f"http://127.0.0.1:{proxy.port}"}
        said = to_do(cli("doctor", "--try", **environ).out)
    far = f"Provider far: https://api.example.com/v1 cannot be reached: the proxy 127.0.0.1:{proxy.port} (HTTPS_PROXY) "
    assert f"{far}wants a login. Put USER:PASSWORD@ before its host in HTTPS_PROXY." in said
    for each, why in {
        "issuer": "its certificate is from an issuer that this machine does not know, as behind a company's proxy or a",
        "name": "its certificate is for another name. Check base_url;",
        "time": f"its certificate is not valid at the time of this machine, {datetime.now(UTC):%Y-%m-}",
        "plain": "TLS could not be agreed on. Check base_url (https or http?)",
    }.items():
        assert f"Provider {each}: https://127.0.0.1:{ports[each]}/v1 cannot be reached: {why}" in said
    assert "Set SSL_CERT_FILE to a PEM file with that issuer's certificate" in said
    assert "Set the clock right; if it is right, the server needs a new certificate." in said


def test_doctor_says_what_a_proxy_forbids_and_shows_no_password_of_it(cli: CommandLine, home: Home) -> None:
    home.config('[providers.far]\nbase_url = "https://api.example.com/v1"\n')
    with Door(refusal("403 Forbidden")) as proxy:
        done = cli("doctor", "--try", HTTPS_PROXY=f"http://somebody:{CANARY}@127.0.0.1:{proxy.port}")
    assert f"HTTPS_PROXY: 127.0.0.1:{proxy.port}, answers" in done.out
    assert "did not let the call through. Have api.example.com allowed there, or name it in NO_PROXY." in done.out
    assert CANARY not in done.out + done.err


def test_doctor_says_that_a_proxy_does_not_answer_without_asking_anybody_else(
    cli: CommandLine, trio: ScriptedProvider
) -> None:
    done = cli("doctor")
    assert done.status == 0
    assert "HTTPS_PROXY: 127.0.0.1:9, does not answer" in done.out
    assert "HTTPS_PROXY and HTTP_PROXY name a proxy at 127.0.0.1:9 that does not answer: start it" in to_do(done.out)
    assert trio.requests == []


def test_doctor_has_nothing_to_say_of_a_network_without_proxies(cli: CommandLine, trio: ScriptedProvider) -> None:
    done = cli("doctor", HTTPS_PROXY="", HTTP_PROXY="")
    assert "\nNetwork\n" not in done.out
    assert to_do(done.out) == ""
    assert trio.requests == []


def test_a_server_on_this_machine_is_reached_past_a_proxy_that_nobody_told_to_pass_it_by(
    cli: CommandLine, trio: ScriptedProvider
) -> None:
    done = cli("doctor", "--try", NO_PROXY="")
    assert "work: WORK_API_KEY is set; it answers, with 5 models" in done.out
    assert trio.requests == ["GET /v1/models"]


def test_what_is_around_is_looked_at_also_where_the_configuration_is_broken(cli: CommandLine, home: Home) -> None:
    home.config("nonsense = 1\n")
    done = cli("doctor")
    assert done.status == 2
    assert "that does not answer" in to_do(done.out)


def test_a_clock_that_shows_a_time_before_the_program_was_installed_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "program.py"
    file.write_text("", encoding="utf-8")
    os.utime(file, (NOW.timestamp(), NOW.timestamp()))
    assert clock_fault(file, NOW - timedelta(hours=20)) is None
    assert clock_fault(file, NOW + timedelta(days=9000)) is None
    said = clock_fault(file, datetime(1970, 1, 1, tzinfo=UTC)) or ""
    assert said.startswith(
        "This machine's clock shows 1970-01-01, and fusion-mcp was installed on 2026-11-23: set it ri"
    )
    assert clock_fault(tmp_path / "nowhere", NOW) is None
