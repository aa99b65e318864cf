"""Bringing weights to this machine: once, from the first source that has them, verified. Prints nothing."""

import shutil
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from fusion_mcp.errors import FusionError
from fusion_mcp.providers.local.download import Download, FetchProgress, SourceFailed, size_words
from fusion_mcp.providers.local.from_packages import fill_from_packages
from fusion_mcp.providers.local.from_url import fill_from_url
from fusion_mcp.providers.local.lock import locked
from fusion_mcp.providers.local.verify import is_verified, put_in_place
from fusion_mcp.providers.local.weights import Source, UrlSource, Weights

_WAIT_FOR_ANOTHER_S = 6 * 3600.0
"""What a gigabyte takes at 50 kB/s."""


class FetchFailed(FusionError):
    """No source brought the file: says what each one answered and how to put the file in place by hand."""


def announce(weights: Weights) -> str:
    """Say what is about to be fetched: size, licence, publisher, and from where."""
    first, *others = (source.words for source in weights.sources)
    otherwise = "".join(f", otherwise from {words}" for words in others)
    return (
        f"{weights.name}: {weights.title}, {size_words(weights.bytes)}, licence {weights.licence},"
        f" by {weights.publisher}. Fetched from {first}{otherwise}, and accepted only with sha256 {weights.sha256}."
    )


def fetch(
    weights: Weights,
    models_dir: Path,
    *,
    on_progress: Callable[[FetchProgress], None],
    environ: Mapping[str, str],
    python: str = sys.executable,
) -> Path:
    """Return the path of the verified file, fetching it first if it is not there.

    Blocks, so call it from a plain process or a thread. May be interrupted at any time: the next call goes on from
    there. A second caller, in this process or another, waits for the first. `environ` is the whole environment of the
    pip that may be needed, `python` its interpreter. Raises FetchFailed.
    """
    download = Download(weights=weights, models_dir=models_dir, on_progress=on_progress, environ=environ, python=python)
    try:
        if not is_verified(weights, models_dir):
            models_dir.mkdir(parents=True, exist_ok=True)
            _fetch_alone(download)
    except TimeoutError as error:
        raise FetchFailed(f"another process has been fetching {weights.name} for hours: end it, then repeat") from error
    except OSError as error:
        raise FetchFailed(f"{weights.name} cannot be kept in {models_dir}: {error.strerror or error}") from error
    return download.final


def _fetch_alone(download: Download) -> None:
    waiting = "Another process is fetching the same file: waiting for it."

    def on_wait() -> None:
        nonlocal waiting
        done = download.partial.stat().st_size if download.partial.exists() else 0
        download.tell(done, None, waiting or None)
        waiting = ""

    with locked(download.lock, on_wait=on_wait, within_s=_WAIT_FOR_ANOTHER_S):
        if not is_verified(download.weights, download.models_dir):
            _try_sources(download)


def _try_sources(download: Download) -> None:
    faults: list[str] = []
    if download.final.exists():
        faults.append(f"the file that is there now is not the right one ({download.final})")
        download.tell(0, None, f"{download.final} is not the file that was expected: fetching it anew.")
    for source in download.weights.sources:
        try:
            _take(source, download)
        except (SourceFailed, OSError) as error:
            why = (isinstance(error, OSError) and error.strerror) or str(error)
            faults.append(f"{source.words}: {why}")
            download.tell(0, source, f"Not from {source.words}: {why.rstrip('.')}.")
            continue
        shutil.rmtree(download.parts, ignore_errors=True)
        download.tell(download.weights.bytes, source, f"Fetched from {source.words}; the sha256 is right.")
        return
    raise FetchFailed(_by_hand(download, faults))


def _take(source: Source, download: Download) -> None:
    """Fill the partial file and put it in place. A wrong hash on top of an old beginning is worth a fresh start."""
    attempts = 2 if download.partial.exists() else 1
    for _ in range(attempts):
        _fill(source, download)
        if put_in_place(download.partial, download.weights, download.models_dir):
            return
    shutil.rmtree(download.parts, ignore_errors=True)
    raise SourceFailed("what arrived has another sha256, so it was deleted")


def _fill(source: Source, download: Download) -> None:
    if isinstance(source, UrlSource):
        fill_from_url(source, download)
    else:
        fill_from_packages(source, download)


def _by_hand(download: Download, faults: Sequence[str]) -> str:
    weights = download.weights
    return (
        f"{weights.name} could not be fetched. Tried: {'; '.join(faults)}."
        f" Try again, or put the file there by hand: {weights.file} ({weights.bytes:,} bytes, sha256 {weights.sha256})"
        f" goes to {download.final}"
    )
