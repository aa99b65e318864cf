"""Finding and reading config.toml, and looking up keys."""

from pathlib import Path

import pytest

from fusion_mcp.errors import ConfigError
from fusion_mcp.settings import Settings, load_settings, read_text, shipped_presets


def home(folder: Path, **more: str) -> dict[str, str]:
    return {"FUSION_MCP_HOME": str(folder), **more}


def fault_of(folder: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        _ = load_settings(home(folder))
    return str(caught.value)


def test_one_folder_can_hold_everything(tmp_path: Path) -> None:
    settings = load_settings(home(tmp_path))
    assert settings.config_file == tmp_path / "config.toml"
    assert settings.presets_dir == tmp_path / "presets"
    assert settings.data_dir == tmp_path / "data"


def test_a_missing_file_gives_defaults_and_nothing_is_created(tmp_path: Path) -> None:
    settings = load_settings(home(tmp_path / "new"))
    assert settings.config.default_preset == "auto"
    assert not (tmp_path / "new").exists()


def test_without_a_home_the_platforms_own_folders_are_used() -> None:
    settings = load_settings({"FUSION_MCP_HOME": "  "})
    assert settings.config_file.is_absolute()
    assert "fusion-mcp" in str(settings.config_file)
    assert settings.data_dir != settings.config_file.parent


def test_a_tilde_in_the_home_is_the_persons_own_folder(tmp_path: Path) -> None:
    settings = load_settings({"FUSION_MCP_HOME": "~/fusion", "HOME": str(tmp_path)})
    assert settings.config_file == tmp_path / "fusion" / "config.toml"


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "file"
    _ = file.write_text("")
    assert "is not a folder" in fault_of(file)


def test_the_file_is_read_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    _ = (tmp_path / "config.toml").write_bytes(b'\xef\xbb\xbfdefault_preset = "fast"\r\n')
    assert load_settings(home(tmp_path)).config.default_preset == "fast"


def test_faults_name_the_file(tmp_path: Path) -> None:
    _ = (tmp_path / "config.toml").write_text("limits = 3")
    assert fault_of(tmp_path).startswith(f"{tmp_path / 'config.toml'}: limits: ")


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    _ = (tmp_path / "config.toml").write_bytes(b'default_preset = "\xff"')
    assert "byte 19 is not UTF-8" in fault_of(tmp_path)


def test_a_folder_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.toml").mkdir()
    assert "this is not a file" in fault_of(tmp_path)


def test_a_link_that_leads_nowhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.toml").symlink_to(tmp_path / "nowhere")
    assert "this is not a file" in fault_of(tmp_path)


def test_a_file_far_too_large_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "big"
    _ = file.write_bytes(b"#" * 2001)
    with pytest.raises(ConfigError, match="larger than 2 kB"):
        _ = read_text(file, most_bytes=2000)


def test_a_key_is_looked_up_in_the_mapping_given_and_a_blank_one_counts_as_none(tmp_path: Path) -> None:
    settings = load_settings(home(tmp_path, A_KEY=" secret\n", B_KEY="  "))
    assert settings.key("A_KEY") == "secret"
    assert settings.key("B_KEY") is None
    assert settings.key("HOME") is None


@pytest.mark.parametrize("left", ["${env:A_KEY}", "${A_KEY}", "${input:a_key}", "${user_config.a_key}"])
def test_a_placeholder_that_a_client_did_not_fill_in_is_no_key(left: str, tmp_path: Path) -> None:
    assert load_settings(home(tmp_path, A_KEY=left)).key("A_KEY") is None


def test_no_key_is_in_the_repr(tmp_path: Path) -> None:
    settings: Settings = load_settings(home(tmp_path, A_KEY="sk-secret"))
    assert "sk-secret" not in repr(settings)
    assert "sk-secret" not in str(settings)


def test_paths_of_own_models_are_relative_to_the_file(tmp_path: Path) -> None:
    _ = (tmp_path / "config.toml").write_text('[local.models]\na = "m/a.gguf"\nb = "~/b.gguf"\n')
    models = load_settings(home(tmp_path, HOME="/home/me")).config.local.models
    assert models == {"a": tmp_path / "m/a.gguf", "b": Path("/home/me/b.gguf")}


def test_the_shipped_presets_are_found() -> None:
    assert list(shipped_presets().glob("*.toml"))


def test_a_child_process_gets_what_its_platform_needs_and_no_key(tmp_path: Path) -> None:
    settings = load_settings(home(tmp_path, PATH="/bin", OPENAI_API_KEY="sk-secret"))
    assert settings.bare_environ() == {"PATH": "/bin"}
