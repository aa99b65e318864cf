"""Fetching weights from an address: whole, continued, refused, and never twice."""

import socket
import subprocess
import sys
import threading
from pathlib import Path

import httpx2
import pytest

from fusion_mcp.providers.local.download import FetchProgress
from fusion_mcp.providers.local.fetch import FetchFailed, fetch
from fusion_mcp.providers.local.from_url import in_words
from providers.local import samples
from providers.local.file_server import serving

TESTS = Path(__file__).parents[2]
ANOTHER = (sys.executable, "-m", "providers.local.fetching_process")


def pull(weights: samples.Weights, folder: Path) -> tuple[Path, list[FetchProgress]]:
    seen: list[FetchProgress] = []
    return fetch(weights, folder, on_progress=seen.append, environ={}), seen


def partial(folder: Path) -> Path:
    return folder / "tiny.gguf.partial"


def test_a_file_arrives_whole_and_its_progress_is_told(tmp_path: Path) -> None:
    with serving(samples.CONTENT) as server:
        path, seen = pull(samples.weights(samples.url(server.url)), tmp_path / "new" / "models")
    assert path.read_bytes() == samples.CONTENT
    assert [step.bytes_done for step in seen] == sorted(step.bytes_done for step in seen)
    assert seen[-1].bytes_done == seen[-1].bytes_total == len(samples.CONTENT)
    assert seen[-1].note == "Fetched from a server; the sha256 is right."
    assert not partial(path.parent).exists()


def test_what_is_there_is_not_fetched_again(tmp_path: Path) -> None:
    with serving(samples.CONTENT) as server:
        weights = samples.weights(samples.url(server.url))
        pull(weights, tmp_path)
        _, seen = pull(weights, tmp_path)
        assert server.asked == [None]
    assert seen == []


def test_a_file_put_there_by_hand_is_taken_when_its_hash_is_right(tmp_path: Path) -> None:
    (tmp_path / "tiny.gguf").write_bytes(samples.CONTENT)
    with serving(samples.CONTENT) as server:
        pull(samples.weights(samples.url(server.url)), tmp_path)
        assert server.asked == []


def test_a_wrong_file_of_the_right_size_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "tiny.gguf").write_bytes(bytes(len(samples.CONTENT)))
    with serving(samples.CONTENT) as server:
        path, seen = pull(samples.weights(samples.url(server.url)), tmp_path)
    assert path.read_bytes() == samples.CONTENT
    assert "is not the file that was expected" in (seen[0].note or "")


def test_a_file_that_changed_after_it_was_verified_is_noticed(tmp_path: Path) -> None:
    with serving(samples.CONTENT) as server:
        weights = samples.weights(samples.url(server.url))
        path, _ = pull(weights, tmp_path)
        path.write_bytes(bytes(len(samples.CONTENT)))
        pull(weights, tmp_path)
    assert path.read_bytes() == samples.CONTENT


def test_a_cut_connection_is_taken_up_where_it_broke(tmp_path: Path) -> None:
    with serving(samples.CONTENT, cuts=[300_000, 300_000]) as server:
        path, _ = pull(samples.weights(samples.url(server.url)), tmp_path)
        assert server.asked == [None, "bytes=300000-", "bytes=600000-"]
    assert path.read_bytes() == samples.CONTENT


def test_a_server_without_ranges_is_asked_from_the_start_again(tmp_path: Path) -> None:
    partial(tmp_path).write_bytes(samples.CONTENT[:300_000])
    with serving(samples.CONTENT, ranges=False) as server:
        path, _ = pull(samples.weights(samples.url(server.url)), tmp_path)
        assert server.asked == ["bytes=300000-"]
    assert path.read_bytes() == samples.CONTENT


def test_a_server_that_always_cuts_and_knows_no_ranges_is_given_up(tmp_path: Path) -> None:
    with serving(samples.CONTENT, ranges=False, cuts=[300_000] * 9) as server:
        with pytest.raises(FetchFailed):
            pull(samples.weights(samples.url(server.url)), tmp_path)
        assert len(server.asked) == 2


def test_an_interrupted_download_goes_on_from_what_it_has(tmp_path: Path) -> None:
    def interrupt(progress: FetchProgress) -> None:
        if progress.bytes_done >= 200_000:
            raise KeyboardInterrupt

    with serving(samples.CONTENT) as server:
        weights = samples.weights(samples.url(server.url))
        with pytest.raises(KeyboardInterrupt):
            fetch(weights, tmp_path, on_progress=interrupt, environ={})
        have = partial(tmp_path).stat().st_size
        path, _ = pull(weights, tmp_path)
        assert server.asked == [None, f"bytes={have}-"]
        assert have >= 200_000
    assert path.read_bytes() == samples.CONTENT


def test_a_killed_download_goes_on_from_what_it_has(tmp_path: Path) -> None:
    with serving(samples.CONTENT, gate_at=400_000) as server:
        with subprocess.Popen([*ANOTHER, server.url, tmp_path], cwd=TESTS, stdout=subprocess.PIPE) as process:
            assert process.stdout
            assert any(int(line) == 400_000 for line in process.stdout)
            process.kill()
        server.gate.set()
        server.gate_at = None
        path, _ = pull(samples.weights(samples.url(server.url)), tmp_path)
        assert len(server.asked) == 2
        assert server.asked[1]
    assert path.read_bytes() == samples.CONTENT


def test_a_second_process_waits_for_the_first_and_takes_its_file(tmp_path: Path) -> None:
    with serving(samples.CONTENT, gate_at=400_000) as server:
        with subprocess.Popen([*ANOTHER, server.url, tmp_path], cwd=TESTS, stdout=subprocess.PIPE) as process:
            assert process.stdout
            assert any(int(line) == 400_000 for line in process.stdout)
            waiting = threading.Event()

            def on_progress(progress: FetchProgress) -> None:
                if progress.note and "Another process" in progress.note:
                    waiting.set()
                    server.gate.set()

            path = fetch(samples.weights(samples.url(server.url)), tmp_path, on_progress=on_progress, environ={})
            process.stdout.read()
            assert process.wait(30) == 0
        assert waiting.is_set()
        assert server.asked == [None]
    assert path.read_bytes() == samples.CONTENT


def test_an_old_beginning_that_was_wrong_is_thrown_away_and_fetched_afresh(tmp_path: Path) -> None:
    partial(tmp_path).write_bytes(bytes(1000))
    with serving(samples.CONTENT) as server:
        path, _ = pull(samples.weights(samples.url(server.url)), tmp_path)
        assert server.asked == ["bytes=1000-", None]
    assert path.read_bytes() == samples.CONTENT


def test_other_bytes_of_the_same_length_are_deleted_and_named(tmp_path: Path) -> None:
    with serving(bytes(len(samples.CONTENT))) as server, pytest.raises(FetchFailed, match="another sha256"):
        pull(samples.weights(samples.url(server.url)), tmp_path)
    assert not partial(tmp_path).exists()
    assert not (tmp_path / "tiny.gguf").exists()


def test_a_file_of_another_size_is_refused_before_it_is_taken(tmp_path: Path) -> None:
    with (
        serving(b"<html>please log in</html>") as server,
        pytest.raises(FetchFailed, match="offers a file of 26 bytes"),
    ):
        pull(samples.weights(samples.url(server.url)), tmp_path)
    assert not partial(tmp_path).exists()


def test_the_next_source_serves_when_the_first_does_not(tmp_path: Path) -> None:
    with serving(b"", status=404) as broken, serving(samples.CONTENT) as server:
        sources = samples.url(broken.url, "the first place"), samples.url(server.url, "the second place")
        path, seen = pull(samples.weights(*sources), tmp_path)
    assert path.read_bytes() == samples.CONTENT
    notes = [step.note for step in seen if step.note]
    assert notes[0] == "Not from the first place: the server answered 404."
    assert notes[-1] == "Fetched from the second place; the sha256 is right."


def test_the_first_source_alone_is_asked_when_it_serves(tmp_path: Path) -> None:
    with serving(samples.CONTENT) as first, serving(samples.CONTENT) as second:
        pull(samples.weights(samples.url(first.url), samples.url(second.url)), tmp_path)
        assert (first.asked, second.asked) == ([None], [])


def test_when_nobody_serves_the_error_says_how_to_put_the_file_there_by_hand(tmp_path: Path) -> None:
    with serving(b"") as gone:
        address = gone.url
    weights = samples.weights(samples.url(address, "a place that is gone"))
    with pytest.raises(FetchFailed) as failed:
        pull(weights, tmp_path)
    for part in ("a place that is gone", "tiny.gguf", "900,004 bytes", weights.sha256, str(tmp_path / "tiny.gguf")):
        assert part in str(failed.value)


def looked_up_in_vain() -> httpx2.ConnectError:
    error = httpx2.ConnectError("[Errno -2] Name or service not known")
    error.__cause__ = socket.gaierror(-2, "Name or service not known")
    return error


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (looked_up_in_vain(), "its name cannot be looked up (is this machine online?)"),
        (httpx2.ConnectError("[Errno 111] Connection refused"), "it cannot be reached (is this machine online?)"),
        (httpx2.ConnectTimeout(""), "it cannot be reached (is this machine online?)"),
        (httpx2.ProxyError("502"), "it cannot be reached through the proxy of HTTP_PROXY, HTTPS_PROXY or ALL_PROXY"),
        (httpx2.ReadTimeout(""), "nothing arrived for 20 s"),
        (httpx2.RemoteProtocolError("peer"), "the connection broke off (RemoteProtocolError)"),
    ],
)
def test_a_fault_of_the_connection_is_said_in_words(error: Exception, says: str) -> None:
    assert in_words(error) == says


def test_a_server_that_is_gone_is_said_without_the_systems_codes(tmp_path: Path) -> None:
    with serving(b"") as gone:
        address = gone.url
    with pytest.raises(FetchFailed) as failed:
        pull(samples.weights(samples.url(address)), tmp_path)
    assert "is this machine online?" in str(failed.value)
    assert "rrno" not in str(failed.value)


def test_a_disk_that_is_too_small_is_noticed_before_anything_is_asked(tmp_path: Path) -> None:
    with serving(samples.CONTENT) as server:
        with pytest.raises(FetchFailed, match=r"are needed in .* are free"):
            pull(samples.weights(samples.url(server.url), size=10**18), tmp_path)
        assert server.asked == []


def test_a_folder_that_cannot_be_made_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file")
    with pytest.raises(FetchFailed, match="cannot be kept in"):
        pull(samples.weights(samples.url("http://127.0.0.1:9/")), tmp_path / "models")
