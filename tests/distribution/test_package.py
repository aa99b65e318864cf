"""The package as a stranger on the index sees it: what is in it, and what its page says."""

import email
import re
import subprocess
import sys
import tarfile
import zipfile
from email.message import Message
from pathlib import Path

import pytest

from distribution.index_readme import with_whole_addresses
from distribution.project import ROOT, read_project

REPOSITORY = "https://github.com/somebody/fusion-mcp"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with both distributions, built from this tree without the network."""
    out = tmp_path_factory.mktemp("built")
    build = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, timeout=120)
    return out


@pytest.fixture(scope="module")
def page(built: Path) -> Message:
    """The wheel's metadata, which is what the index shows."""
    [wheel] = built.glob("*.whl")
    archive = zipfile.ZipFile(wheel)
    [name] = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
    return email.message_from_bytes(archive.read(name))


def test_the_source_has_what_is_installed_and_what_builds_it_and_nothing_else(built: Path) -> None:
    [source] = built.glob("*.tar.gz")
    with tarfile.open(source) as archive:
        top = {name.split("/")[1] for name in archive.getnames()}
    files = {"README.md", "CHANGELOG.md", "LICENSE", "pyproject.toml", "claude_desktop_config.example.json"}
    assert top == files | {"fusion_mcp", "presets", "distribution", "PKG-INFO", ".gitignore"}


def test_the_page_says_whose_it_is_where_it_lives_and_under_which_licence(page: Message) -> None:
    labels = {url.split(", ")[0] for url in page.get_all("Project-URL", [])}
    assert {"Repository", "Documentation", "Changelog", "Issues", "Privacy"} == labels
    assert (page["License-Expression"], page["License-File"]) == ("MIT", "LICENSE")
    assert page["Summary"] == read_project().description


def test_no_link_on_the_page_leads_nowhere_and_the_registry_finds_its_name(page: Message) -> None:
    text = str(page.get_payload())
    assert page["Description-Content-Type"] == "text/markdown"
    assert not re.findall(r"\]\((?!https?:|#)[^)]*\)", text)
    assert f"mcp-name: {read_project().registry_name} -->" in text


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("[a](docs/a.md)", f"[a]({REPOSITORY}/blob/main/docs/a.md)"),
        ("[a](docs/a.md#part)", f"[a]({REPOSITORY}/blob/main/docs/a.md#part)"),
        ("![a](docs/a.svg)", f"![a]({REPOSITORY}/raw/main/docs/a.svg)"),
        ('<img src="docs/a.png">', f'<img src="{REPOSITORY}/raw/main/docs/a.png">'),
        ('<a href="LICENSE">', f'<a href="{REPOSITORY}/blob/main/LICENSE">'),
        ("[a](#part) [b](https://b.example/c) [c](mailto:c@c.example)",) * 2,
    ],
)
def test_links_to_files_lead_to_the_repository_and_others_stay(written: str, shown: str) -> None:
    assert with_whole_addresses(written, REPOSITORY) == shown
