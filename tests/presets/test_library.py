"""Finding presets: shipped ones, the person's own, broken ones, aliases."""

from pathlib import Path

import pytest

from fusion_mcp import guard
from fusion_mcp.errors import ConfigError, Refused
from fusion_mcp.presets.library import PresetLibrary
from fusion_mcp.presets.schema import Preset

GOOD = 'title = "TITLE"\n[[panel]]\nmodel = "ollama:a"\n[judge]\nmodel = "ollama:a"\n'


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    return folder(tmp_path / "shipped", quality="shipped quality", budget="shipped budget")


@pytest.fixture
def user(tmp_path: Path) -> Path:
    return folder(tmp_path / "user")


@pytest.fixture
def library(shipped: Path, user: Path) -> PresetLibrary:
    return PresetLibrary(shipped, user, providers=("ollama",), is_fusion=guard.is_fusion)


def folder(path: Path, **titles: str) -> Path:
    path.mkdir()
    for name, title in titles.items():
        write(path, f"{name}.toml", GOOD.replace("TITLE", title))
    return path


def write(path: Path, file: str, text: str) -> None:
    _ = (path / file).write_text(text, encoding="utf-8")


def title_of(library: PresetLibrary, name: str) -> str:
    return library.get(name).title


def refusal_of(library: PresetLibrary, name: str) -> Refused:
    with pytest.raises(Refused) as caught:
        _ = library.get(name)
    assert len(str(caught.value)) < 1000
    return caught.value


def test_shipped_and_own_presets_are_found(library: PresetLibrary, user: Path) -> None:
    write(user, "mine.toml", GOOD)
    assert library.names() == ["budget", "mine", "quality"]
    assert [(entry.name, entry.shipped) for entry in library.all()] == [
        ("budget", True),
        ("mine", False),
        ("quality", True),
    ]


def test_a_persons_own_file_overrides_a_shipped_one(library: PresetLibrary, user: Path) -> None:
    write(user, "Quality.toml", GOOD.replace("TITLE", "mine"))
    assert title_of(library, "quality") == "mine"
    assert library.names() == ["budget", "quality"]


def test_a_name_is_found_in_any_case(library: PresetLibrary) -> None:
    assert library.get(" QUALITY ").name == "quality"


def test_a_new_changed_or_deleted_file_is_seen_at_once(library: PresetLibrary, user: Path) -> None:
    assert "mine" not in library.names()
    write(user, "mine.toml", GOOD)
    assert title_of(library, "mine") == "TITLE"
    write(user, "mine.toml", GOOD.replace("TITLE", "changed"))
    assert title_of(library, "mine") == "changed"
    (user / "mine.toml").unlink()
    assert refusal_of(library, "mine").reason == "unknown_preset"


def test_an_unchanged_file_is_not_read_again(library: PresetLibrary, user: Path) -> None:
    write(user, "mine.toml", GOOD)
    for name in ("quality", "mine"):
        assert library.get(name) is library.get(name)


def test_shipped_presets_stay_as_they_were_when_the_program_began(library: PresetLibrary, shipped: Path) -> None:
    assert title_of(library, "quality") == "shipped quality"
    write(shipped, "quality.toml", GOOD)
    write(shipped, "new.toml", GOOD)
    assert title_of(library, "quality") == "shipped quality"
    assert "new" not in library.names()


def test_an_unknown_preset_gets_the_nearest_names_and_all_names(library: PresetLibrary) -> None:
    refusal = refusal_of(library, "qualty")
    assert refusal.reason == "unknown_preset"
    assert "did you mean 'quality'?" in refusal.message
    assert "budget, quality" in refusal.message


def test_an_absurd_name_is_not_repeated_in_full(library: PresetLibrary) -> None:
    name = "x\x1b[2J" * 5000
    assert name not in refusal_of(library, name).message
    assert "\x1b" not in refusal_of(library, name).message


def test_a_broken_preset_spoils_only_itself(library: PresetLibrary, user: Path) -> None:
    write(user, "bad.toml", "title = \n")
    write(user, "empty.toml", "")
    assert library.names() == ["budget", "quality"]
    broken = {entry.name: entry.content for entry in library.all() if isinstance(entry.content, ConfigError)}
    assert set(broken) == {"bad", "empty"}
    assert "line 1, column 9" in str(broken["bad"])


def test_asking_for_a_broken_preset_gives_its_fault_with_the_file(library: PresetLibrary, user: Path) -> None:
    write(user, "bad.toml", GOOD + "[synthesiser]\nmodel = 3\n[judgement]\n")
    refusal = refusal_of(library, "bad")
    assert refusal.reason == "invalid_arguments"
    assert f"{user / 'bad.toml'}: unknown key 'synthesiser'; did you mean 'synthesizer'?" in refusal.message
    assert "(and 1 more)" in refusal.message


def test_a_broken_own_file_does_not_let_the_shipped_one_through(library: PresetLibrary, user: Path) -> None:
    write(user, "quality.toml", "broken")
    assert refusal_of(library, "quality").reason == "invalid_arguments"


def test_asking_for_a_preset_that_seats_a_fusion_is_refused_as_recursion(library: PresetLibrary, user: Path) -> None:
    write(user, "loop.toml", GOOD.replace("ollama:a", "ollama:openrouter/fusion"))
    refusal = refusal_of(library, "loop")
    assert refusal.reason == "recursion_refused"
    assert "a panel cannot seat a panel" in refusal.message


def test_an_alias_leads_to_its_preset(library: PresetLibrary, shipped: Path) -> None:
    write(shipped, "budget.toml", 'aliases = ["general-budget"]\n' + GOOD)
    assert library.get("General-Budget").name == "budget"
    assert library.entry("general-budget").aliases == ("general-budget",)


def test_a_name_wins_over_an_alias_and_an_own_alias_over_a_shipped_one(
    library: PresetLibrary, shipped: Path, user: Path
) -> None:
    write(shipped, "budget.toml", 'aliases = ["quality", "mine"]\n' + GOOD)
    write(user, "other.toml", 'aliases = ["mine"]\n' + GOOD)
    assert library.get("quality").name == "quality"
    assert library.get("mine").name == "other"


@pytest.mark.parametrize("file", ["my preset.toml", "-x.toml", "ünï.toml", f"{'x' * 65}.toml"])
def test_a_file_with_an_impossible_name_is_listed_as_broken(library: PresetLibrary, user: Path, file: str) -> None:
    write(user, file, GOOD)
    [broken] = [entry for entry in library.all() if isinstance(entry.content, ConfigError)]
    assert "a preset's name is small letters" in str(broken.content)


def test_files_that_are_no_presets_are_passed_over(library: PresetLibrary, user: Path) -> None:
    write(user, "notes.txt", "x")
    write(user, ".hidden.toml", "x")
    assert library.names() == ["budget", "quality"]


def test_an_absurdly_large_file_is_not_read(library: PresetLibrary, user: Path) -> None:
    write(user, "big.toml", GOOD + "#" * 64_000)
    assert "larger than 64 kB" in refusal_of(library, "big").message


def test_a_file_that_is_no_text_and_a_folder_named_like_a_preset_are_broken_presets(
    library: PresetLibrary, user: Path
) -> None:
    _ = (user / "binary.toml").write_bytes(b"\xff\xfe\x00")
    (user / "folder.toml").mkdir()
    assert "not UTF-8" in refusal_of(library, "binary").message
    assert "this is not a file" in refusal_of(library, "folder").message


def test_folders_that_do_not_exist_are_empty(tmp_path: Path) -> None:
    library = PresetLibrary(tmp_path / "a", tmp_path / "b", providers=(), is_fusion=guard.is_fusion)
    assert library.names() == []
    assert refusal_of(library, "x").message.endswith("There are: none.")


def test_a_file_in_place_of_the_folder_is_an_error_that_says_so(tmp_path: Path) -> None:
    _ = (tmp_path / "presets").write_text("")
    library = PresetLibrary(tmp_path / "none", tmp_path / "presets", providers=(), is_fusion=guard.is_fusion)
    with pytest.raises(ConfigError, match="must be a folder of TOML files"):
        _ = library.all()


def test_a_preset_knows_its_name(library: PresetLibrary) -> None:
    preset = library.get("budget")
    assert isinstance(preset, Preset)
    assert preset.name == "budget"


def test_an_own_file_in_a_shipped_ones_place_answers_to_its_aliases_too(
    library: PresetLibrary, shipped: Path, user: Path
) -> None:
    write(shipped, "budget.toml", 'aliases = ["general-budget", "cheap"]\n' + GOOD)
    write(user, "budget.toml", 'aliases = ["mine"]\n' + GOOD.replace("TITLE", "own budget"))
    assert title_of(library, "general-budget") == title_of(library, "mine") == "own budget"
    assert library.entry("budget").aliases == ("mine", "general-budget", "cheap")
    write(user, "other.toml", 'aliases = ["cheap"]\n' + GOOD)
    assert library.get("cheap").name == "other"


def test_the_alias_of_a_shipped_preset_leads_to_a_broken_own_one_in_its_place(
    library: PresetLibrary, shipped: Path, user: Path
) -> None:
    write(shipped, "budget.toml", 'aliases = ["general-budget"]\n' + GOOD)
    write(user, "budget.toml", "broken")
    assert refusal_of(library, "general-budget").message.startswith("preset 'budget' cannot be used")
