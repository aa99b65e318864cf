"""The wall around files where the kernel has no Landlock: a root of our own, in which nothing else is to be found.

It takes a user namespace, in which a process may mount without being anybody, and namespaces of mounts, network and
messages. Older kernels and some sandboxes within which we may run have these.
"""

import ctypes
import os
from collections.abc import Iterable
from pathlib import Path

_NEW_MOUNTS, _NEW_MESSAGES, _NEW_USER, _NEW_NETWORK = 0x20000, 0x08000000, 0x10000000, 0x40000000
_RDONLY, _NOSUID, _NODEV, _REMOUNT, _BIND, _REC, _PRIVATE = 1, 2, 4, 32, 0x1000, 0x4000, 0x40000
_LOCKED = {2: 2, 4: 4, 8: 8, 1024: 1024, 2048: 2048, 4096: 1 << 21}
"""What statvfs calls the properties of a mount that a remount has to repeat, and what mount does."""
_DETACH = 2
_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
_ROOT = "/tmp"  # noqa: S108 - covered by a file system of our own at once, in a namespace of our own


def wall_in(readable: Iterable[str], writable: Iterable[str]) -> None:
    """Make a root in which only these are found, and enter it. Raises OSError if that is refused."""
    here, user, group = str(Path.cwd()), os.getuid(), os.getgid()
    _checked(_libc().unshare(_NEW_USER | _NEW_MOUNTS | _NEW_NETWORK | _NEW_MESSAGES), "unshare")
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1", encoding="ascii")
    _mount("none", "/", "", _REC | _PRIVATE)
    # Opened here, in the new namespace, and before anything is covered: nothing else can be mounted from.
    keep = [(path, os.open(path, os.O_PATH | os.O_CLOEXEC), True) for path in readable]
    keep += [(path, os.open(path, os.O_PATH | os.O_CLOEXEC), False) for path in writable]
    _mount("tmpfs", _ROOT, "tmpfs", _NOSUID | _NODEV)
    for path, opened, is_read_only in keep:
        _bind(opened, _ROOT + path, is_read_only=is_read_only)
        os.close(opened)
    _mount("tmpfs", _ROOT, "", _REMOUNT | _BIND | _RDONLY | _NOSUID | _NODEV)
    os.chdir(_ROOT)
    _checked(_libc().syscall(_PIVOT_ROOT[os.uname().machine], b".", b"."), "pivot_root")
    _checked(_libc().umount2(b".", _DETACH), "umount")
    os.chdir(here)


def _bind(opened: int, target: str, *, is_read_only: bool) -> None:
    """Show what is open at `target`: a path would mean something else by now, where it lies below our root."""
    source = f"/proc/self/fd/{opened}"
    is_folder = Path(source).is_dir()
    place = Path(target)
    (place if is_folder else place.parent).mkdir(parents=True, exist_ok=True)
    if not is_folder:
        place.touch()
    _mount(source, target, "", _BIND)
    flags = sum(mounted for found, mounted in _LOCKED.items() if os.fstatvfs(opened).f_flag & found)
    _mount("none", target, "", _REMOUNT | _BIND | flags | _NOSUID | (_RDONLY if is_read_only else 0))


def _mount(source: str, target: str, kind: str, flags: int) -> None:
    arguments = (source.encode(), target.encode(), kind.encode() or None, ctypes.c_ulong(flags), None)
    _checked(_libc().mount(*arguments), f"mount {target.removeprefix(_ROOT) or '/'}")


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _checked(returned: int, what: str) -> None:
    if returned:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
