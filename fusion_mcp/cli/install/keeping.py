"""A client's configuration on disk: read whole, copied beside, and replaced at once or not at all.

A link is followed to what it leads to, and stays a link. The copies stand where the person looks, beside the link.
"""

import contextlib
import errno
import os
import re
import secrets
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fusion_mcp.errors import ConfigError

_MOST_BYTES = 32_000_000
_COPY = ".fusion-mcp-backup"
_LAST = 2
_PRIVATE = 0o600
_PUBLIC = 0o666
_WRITABLE = 0o222


@dataclass(frozen=True, kw_only=True)
class Found:
    """A file as it was read; `raw` is None where there is none."""

    file: Path
    raw: bytes | None


def choose(files: list[Path]) -> Path:
    """Of the files that a client reads, give the one that has us, else the first that is there, else the last."""
    there = [file for file in files if os.path.lexists(file)]
    if len(there) > 1:
        return next((file for file in there if _names_us(file)), there[0])
    return there[0] if there else files[-1]


def read(file: Path) -> Found:
    """Read a file whole. Raises ConfigError where it cannot be read, or is none."""
    try:
        if file.is_dir():
            raise ConfigError(f"{file}: this is a folder, where a file should be; nothing was changed")
        if not stat.S_ISREG(file.stat().st_mode):  # a device would be replaced, and a pipe waited for
            raise ConfigError(f"{file}: this is no regular file; nothing was changed")
        with file.open("rb") as stream:
            raw = stream.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        return Found(file=file, raw=None)
    except OSError as error:
        raise _fault(file, "read", error) from None
    if len(raw) > _MOST_BYTES:
        raise ConfigError(f"{file}: larger than {_MOST_BYTES // 1_000_000} MB; this cannot be what was meant")
    return Found(file=file, raw=raw)


def copies(file: Path) -> Iterator[bytes]:
    """Give what the copies beside a file hold, newest first. One that cannot be read is left out."""
    for _, copy in sorted(_numbered(file), reverse=True):
        with contextlib.suppress(OSError, ConfigError):
            raw = read(copy).raw
            if raw is not None:
                yield raw


def change(found: Found, raw: bytes, *, shared: bool) -> Path | None:
    """Write new bytes, and give the copy of the old ones, if there were any.

    The file keeps its mode and owner; a new one is for its owner alone, unless it is `shared`. Raises ConfigError
    where it cannot be done, or where the file is no longer as it was read: then nothing was changed.
    """
    target = Path(os.path.realpath(found.file))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _refuse_protected(found, target)
        draft = _draft(target, raw, _PUBLIC if shared else _PRIVATE)
        try:
            _take_after(draft, target)
            _refuse_changed(found)
            copy = _copied(found)
            _refuse_changed(found)
            _ = draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise _fault(found.file, "written", error) from None
    return copy


def delete(found: Found, *, keep: bool) -> Path | None:
    """Take a file away that is as it was read; with `keep`, a copy stays, and is given. Raises ConfigError."""
    try:
        _refuse_changed(found)
        copy = _copied(found) if keep else None
        Path(os.path.realpath(found.file)).unlink()
    except OSError as error:
        raise _fault(found.file, "taken away", error) from None
    return copy


def _draft(target: Path, raw: bytes, mode: int) -> Path:
    """Write a file beside its destination, where only a new name has to be given to it."""
    name = target.with_name(f".{target.name}.{secrets.token_hex(4)}.new")
    handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), mode)
    try:
        with open(handle, "wb") as stream:  # noqa: PTH123 not a path
            _ = stream.write(raw)
            stream.flush()
            os.fsync(stream.fileno())
    except BaseException:
        with contextlib.suppress(OSError):
            name.unlink()
        raise
    return name


def _take_after(draft: Path, model: Path) -> None:
    """Give a file another one's owner and mode, where there is another one."""
    try:
        known = model.stat()
    except FileNotFoundError:
        return
    own = draft.stat()
    if (own.st_uid, own.st_gid) != (known.st_uid, known.st_gid) and hasattr(os, "chown"):
        os.chown(draft, known.st_uid, known.st_gid)
    draft.chmod(known.st_mode & 0o7777)


def _copied(found: Found) -> Path | None:
    """Copy what was read to a new name beside it, unless one of the last copies holds just that.

    So whoever installs and uninstalls again and again has two: the last one without our entry is what to go back to.
    """
    if found.raw is None:
        return None
    numbered = sorted(_numbered(found.file))
    for _, copy in reversed(numbered[-_LAST:]):
        with contextlib.suppress(OSError, ConfigError):
            if read(copy).raw == found.raw:
                return copy
    number = max((number for number, _ in numbered), default=0) + 1
    place = found.file.with_name(f"{found.file.name}{_COPY}{'' if number == 1 else f'.{number}'}")
    draft = _draft(place, found.raw, _PRIVATE)
    try:
        _take_after(draft, found.file)
        try:
            place.hardlink_to(draft)  # unlike a rename, it overwrites nothing
        except FileExistsError:
            raise
        except OSError:  # a file system without links
            if os.path.lexists(place):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(place)) from None
            _ = draft.replace(place)
    finally:
        draft.unlink(missing_ok=True)
    return place


def _numbered(file: Path) -> Iterator[tuple[int, Path]]:
    pattern = re.compile(rf"{re.escape(file.name + _COPY)}(?:\.(\d{{1,9}}))?")
    try:
        beside = list(file.parent.iterdir())
    except OSError:
        return
    for each in beside:
        named = pattern.fullmatch(each.name)
        if named is not None:
            yield int(named[1] or 1), each


def _names_us(file: Path) -> bool:
    try:
        return b"fusion" in (read(file).raw or b"")
    except ConfigError:
        return False


def _refuse_protected(found: Found, target: Path) -> None:
    """Refuse to replace a file that may not be written: its folder alone would allow it."""
    if found.raw is not None and not (target.stat().st_mode & _WRITABLE and os.access(target, os.W_OK)):
        raise PermissionError(errno.EACCES, "it is write-protected")


def _refuse_changed(found: Found) -> None:
    if read(found.file).raw != found.raw:
        raise ConfigError(f"{found.file}: somebody else has just changed it; nothing was written, so try again")


def _fault(file: Path, what: str, error: OSError) -> ConfigError:
    why = error.strerror or "unknown reason"
    return ConfigError(f"{file}: cannot be {what} ({why}); nothing was changed")
