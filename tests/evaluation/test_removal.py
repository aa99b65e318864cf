"""The folder that a tested program leaves: how its size is told, and that it goes away whatever is in it."""

import os
import sys
from pathlib import Path

import pytest

from fusion_mcp.evaluation.grading.sandbox.removal import removed
from fusion_mcp.evaluation.grading.sandbox.room import excess

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere folders are not opened by their names")


def test_a_tree_of_pipes_links_and_closed_folders_is_removed_by_its_owner(tmp_path: Path) -> None:
    kept, tree = tmp_path / "kept", tmp_path / "tree"
    for folder in (kept, tree / "closed" / "within", tree / "blind"):
        folder.mkdir(parents=True)
    (kept / "file").touch()
    (tree / "outside").symlink_to(kept)
    (tree / "nowhere").symlink_to("nowhere")
    os.mkfifo(tree / "blind" / "pipe")
    for place, mode in (("closed/within", 0), ("closed", 0), ("blind", 0o300), (".", 0)):
        (tree / place).chmod(mode)
    assert removed(str(tree)) == ""
    assert [each.name for each in tmp_path.rglob("*")] == ["kept", "file"]


def test_a_folder_that_cannot_be_removed_is_told_of_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / "tree" / "inner").mkdir(parents=True)
    assert removed(str(tmp_path / "tree"), within_s=-1.0) == "there was too much in it for the time"
    assert removed(str(tmp_path / "none")) == "No such file or directory"


def test_files_are_measured_without_following_links(tmp_path: Path) -> None:
    inner, outer = tmp_path / "inner", tmp_path / "outer"
    inner.mkdir()
    outer.write_bytes(bytes(1 << 20))
    (inner / "link").symlink_to(outer)
    (inner / "round").symlink_to(inner)
    assert excess(str(inner), 0, 1 << 14) == ""
    assert excess(str(tmp_path), 0, 1 << 14) == "its files took more than 16,384 bytes"
