"""One download: its files, how it tells its progress, and how a source says that it failed. No network, no hashing."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fusion_mcp.errors import FusionError
from fusion_mcp.providers.local.weights import Source, Weights


class SourceFailed(FusionError):
    """One source did not bring the file; the next may. Says why in half a sentence."""


@dataclass(frozen=True, kw_only=True)
class FetchProgress:
    """How far a download is, and from where.

    Told many times a second: draw less often. `note` is a sentence for the person when something happened, else None.
    """

    bytes_done: int
    bytes_total: int
    source: str
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class Download:
    """What every source needs in order to bring one file.

    `environ` is the whole environment of the pip that may be run, `python` the interpreter whose pip that is.
    """

    weights: Weights
    models_dir: Path
    on_progress: Callable[[FetchProgress], None]
    python: str
    environ: Mapping[str, str] = field(repr=False)

    @property
    def final(self) -> Path:
        """The finished file: there only when it is whole and verified, or put there by hand."""
        return self.weights.path_in(self.models_dir)

    @property
    def partial(self) -> Path:
        """The file while it grows. Always a beginning of the content, whichever source wrote it."""
        return self.final.with_name(self.final.name + ".partial")

    @property
    def parts(self) -> Path:
        """The folder of wheels that are already here, beside the file so that one disk holds all."""
        return self.final.with_name(self.final.name + ".parts")

    @property
    def lock(self) -> Path:
        """The file that a process locks while it downloads."""
        return self.final.with_name(self.final.name + ".lock")

    def tell(self, bytes_done: int, source: Source | None, note: str | None = None) -> None:
        """Report progress; never more than the whole."""
        total = self.weights.bytes
        words = source.words if source else ""
        self.on_progress(FetchProgress(bytes_done=min(bytes_done, total), bytes_total=total, source=words, note=note))

    def require_space(self, needed: int) -> None:
        """Raise SourceFailed when the disk cannot take `needed` bytes more."""
        free = shutil.disk_usage(self.models_dir).free
        if free < needed:
            raise SourceFailed(f"{size_words(needed)} are needed in {self.models_dir}, and {size_words(free)} are free")


def size_words(count: int) -> str:
    """Write a number of bytes for a person, in decimal units as disks and downloads are sold."""
    value = float(count)
    for unit in ("bytes", "kB", "MB"):
        if value < 1000:  # noqa: PLR2004  # the step between decimal units
            return f"{value:.0f} {unit}"
        value /= 1000
    return f"{value:.1f} GB"
