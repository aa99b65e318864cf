"""Putting a preset into its file: whole, for nobody else to read, and never over another by accident."""

import os
from pathlib import Path

import pytest

from fusion_mcp import guard
from fusion_mcp.errors import ConfigError
from fusion_mcp.presets.files import MOST_FILES
from fusion_mcp.presets.library import PresetLibrary
from fusion_mcp.presets.saving import save_preset

GOOD = '[[panel]]\nmodel = "ollama:a"\n[judge]\nmodel = "ollama:a"\n'


def contents(folder: Path) -> dict[str, str]:
    return {file.name: file.read_text(encoding="utf-8") for file in folder.iterdir()}


def library(user: Path) -> PresetLibrary:
    return PresetLibrary(user.parent / "none", user, providers=("ollama",), is_fusion=guard.is_fusion)


def test_the_folder_is_made_and_nothing_else_is_left_in_it(tmp_path: Path) -> None:
    file = save_preset(tmp_path / "new" / "a.toml", "# Größe\n", replace=False)
    assert contents(file.parent) == {"a.toml": "# Größe\n"}


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    assert save_preset(tmp_path / "a.toml", "", replace=False).stat().st_mode & 0o077 == 0


def test_a_file_is_only_overwritten_where_that_is_meant(tmp_path: Path) -> None:
    file = save_preset(tmp_path / "a.toml", "1", replace=False)
    with pytest.raises(ConfigError, match="is there already"):
        _ = save_preset(file, "2", replace=False)
    assert contents(tmp_path) == {"a.toml": "1"}
    _ = save_preset(file, "2", replace=True)
    assert contents(tmp_path) == {"a.toml": "2"}


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_a_link_is_replaced_and_what_it_leads_to_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "outside").write_text("kept", encoding="utf-8")
    (tmp_path / "a.toml").symlink_to(tmp_path / "outside")
    with pytest.raises(ConfigError, match="is there already"):
        _ = save_preset(tmp_path / "a.toml", "1", replace=False)
    _ = save_preset(tmp_path / "a.toml", "1", replace=True)
    assert contents(tmp_path) == {"outside": "kept", "a.toml": "1"}


def test_what_cannot_be_written_is_a_configuration_error(tmp_path: Path) -> None:
    (tmp_path / "a.toml").mkdir()
    with pytest.raises(ConfigError, match=r"cannot be written .*; nothing was changed"):
        _ = save_preset(tmp_path / "a.toml", "1", replace=True)
    assert [file.name for file in tmp_path.iterdir()] == ["a.toml"]


def test_a_saved_preset_is_there_at_once_and_one_in_other_case_is_the_same(tmp_path: Path) -> None:
    user = tmp_path / "user"
    presets = library(user)
    _ = presets.save("mine", GOOD, replace=False)
    assert presets.names() == ["mine"]
    (user / "mine.toml").rename(user / "Mine.toml")
    with pytest.raises(ConfigError, match="is there already"):
        _ = presets.save("mine", GOOD, replace=False)
    assert presets.save("mine", f"# 2\n{GOOD}", replace=True) == user / "Mine.toml"
    assert presets.text("MINE") == ("mine", f"# 2\n{GOOD}")


def test_one_preset_more_than_may_be_is_refused_and_spoils_nothing(tmp_path: Path) -> None:
    for number in range(MOST_FILES):
        (tmp_path / f"p{number}.toml").touch()
    with pytest.raises(ConfigError, match=f"{MOST_FILES} presets, as many as may be"):
        _ = library(tmp_path).save("mine", GOOD, replace=False)
    assert library(tmp_path).save("p7", GOOD, replace=True).name == "p7.toml"


def test_a_text_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="the text: larger than 64 kB"):
        _ = library(tmp_path).read("#" * 64_001, "the text", "mine")
