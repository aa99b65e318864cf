"""Small weights that tests make up: content, catalogue entry, and the wheels that carry it in parts."""

import hashlib
import random
import zipfile
from collections.abc import Sequence
from pathlib import Path

from fusion_mcp.providers.local.weights import PackageSource, Source, UrlSource, Weights, Wheel

CONTENT = b"GGUF" + random.Random(1).randbytes(900_000)


def weights(*sources: Source, content: bytes = CONTENT, size: int | None = None) -> Weights:
    """An entry for `content`, to be had from `sources`."""
    return Weights(
        name="tiny",
        title="Tiny",
        file="tiny.gguf",
        bytes=size or len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        licence="MIT",
        publisher="Somebody",
        notice="Made up.",
        context_tokens=512,
        sources=sources,
    )


def url(address: str, words: str = "a server") -> UrlSource:
    return UrlSource(words=words, url=address)


def packages(*wheels: Wheel) -> PackageSource:
    return PackageSource(words="the packages", wheels=wheels)


def wheel(index: Path, project: str, parts: Sequence[bytes]) -> Wheel:
    """Put a wheel with these data files into the folder that pip takes for its index."""
    index.mkdir(exist_ok=True)
    path = index / f"{project}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for number, part in enumerate(parts):
            archive.writestr(f"{project}/data{number}.bin", part)
        archive.writestr(f"{project}/__init__.py", "raise SystemExit('imported')")
        archive.writestr(f"{project}-1.0.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {project}\nVersion: 1.0\n")
        archive.writestr(
            f"{project}-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        archive.writestr(f"{project}-1.0.dist-info/RECORD", "")
    return Wheel(project=project, version="1.0", sha256=hashlib.sha256(path.read_bytes()).hexdigest())


def pip_environ(index: Path, home: Path) -> dict[str, str]:
    """An environment in which pip knows that folder and nothing else."""
    return {"HOME": str(home), "PIP_CONFIG_FILE": str(home / "none"), "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(index)}
