"""How a client's file is replaced: at once or not at all, and never over what somebody else has written."""

import os
import sys
from pathlib import Path

import pytest

from fusion_mcp.cli.install import keeping
from fusion_mcp.errors import ConfigError

posix = pytest.mark.skipif(sys.platform == "win32", reason="modes, owners and links as POSIX has them")


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_a_file_that_somebody_has_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "mcp.json"
    file.write_bytes(b"{}")
    found = keeping.read(file)
    file.write_bytes(b'{"new": 1}')
    with pytest.raises(ConfigError, match="somebody else has just changed it"):
        keeping.change(found, b"ours", shared=False)
    assert file.read_bytes() == b'{"new": 1}'
    assert names(tmp_path) == ["mcp.json"]


def test_a_file_that_has_appeared_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "mcp.json"
    found = keeping.read(file)
    file.write_bytes(b"theirs")
    with pytest.raises(ConfigError):
        keeping.change(found, b"ours", shared=False)
    with pytest.raises(ConfigError):
        keeping.delete(found, keep=False)
    assert file.read_bytes() == b"theirs"


def test_what_is_put_in_and_taken_out_again_and_again_has_two_copies(tmp_path: Path) -> None:
    file = tmp_path / "mcp.json"
    file.write_bytes(b"without")
    for _ in range(3):
        keeping.change(keeping.read(file), b"with", shared=False)
        keeping.change(keeping.read(file), b"without", shared=False)
    assert names(tmp_path) == ["mcp.json", "mcp.json.fusion-mcp-backup", "mcp.json.fusion-mcp-backup.2"]
    assert list(keeping.copies(file)) == [b"with", b"without"]


def test_the_newest_copy_comes_first_even_after_nine_others(tmp_path: Path) -> None:
    file = tmp_path / "mcp.json"
    for at in range(12):
        file.write_bytes(str(at).encode())
        keeping.change(keeping.read(file), b"x", shared=False)
    assert list(keeping.copies(file)) == [str(at).encode() for at in range(11, -1, -1)]


@posix
def test_a_new_file_of_a_project_is_readable_as_any_file_and_others_for_their_owner_alone(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.touch()
    for name, shared in (("theirs", True), ("own", False)):
        keeping.change(keeping.read(tmp_path / name), b"{}", shared=shared)
    assert (tmp_path / "theirs").stat().st_mode == plain.stat().st_mode
    assert (tmp_path / "own").stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may give files away")
def test_a_file_keeps_its_owner_and_so_does_its_copy(tmp_path: Path) -> None:
    file = tmp_path / "mcp.json"
    file.write_bytes(b"{}")
    os.chown(file, 12345, 54321)
    copy = keeping.change(keeping.read(file), b"new", shared=False)
    assert copy is not None
    for each in (file, copy):
        assert (each.stat().st_uid, each.stat().st_gid) == (12345, 54321)


@posix
def test_a_link_to_nothing_leads_to_a_new_file(tmp_path: Path) -> None:
    (tmp_path / "mcp.json").symlink_to(tmp_path / "dotfiles" / "mcp.json")
    found = keeping.read(keeping.choose([tmp_path / "mcp.json", tmp_path / "other.json"]))
    keeping.change(found, b"{}", shared=False)
    assert (tmp_path / "mcp.json").is_symlink()
    assert (tmp_path / "dotfiles" / "mcp.json").read_bytes() == b"{}"


@posix
def test_links_that_lead_in_a_circle_are_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with pytest.raises(ConfigError, match="cannot be read"):
        keeping.read(tmp_path / "a")
