"""Every command of the README and of the pages for users is run, here or by the scripts that CI runs.

Every configuration in them is read, every command that a sentence names is understood, and every link within the
repository followed.
"""

import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from fusion_mcp import guard
from fusion_mcp.cli.arguments import UsageError, parse
from fusion_mcp.config import History, Limits, parse_config
from fusion_mcp.presets.parse import parse_preset
from fusion_mcp.presets.schema import Preset
from fusion_mcp.providers.catalog.catalog import builtin, load_catalogue
from scripted import Home, ScriptedProvider
from scripted.trio import MEMBERS, trio_answers

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
README = (ROOT / "README.md").read_text(encoding="utf-8")
EVALUATING = (ROOT / "docs/evaluating.md").read_text(encoding="utf-8")
FOR_USERS = ("agents", "configuration", "evaluating", "examples", "money", "presets", "research")
TOLD = "\n".join((README, *((ROOT / f"docs/{page}.md").read_text(encoding="utf-8") for page in FOR_USERS)))
"""The README and the pages that say how the program is used."""
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
RUN_BY_CI = {"python3 scripts/demo.py", "python3 scripts/test.py", "fusion-mcp pull"}
"""The first two stand in .ci/run, and the demo runs the third before it asks."""
RUN_BY_THE_PROOF = ("inspect ", "npx ", "export PROMPTFOO_PYTHON=")
"""What `scripts/prove.py frameworks` runs, with programs that it installs."""
RUN_BY_THE_EXAMPLES = "python examples/"
"""What tests/test_examples.py runs."""
EVALUATION = "fusion-mcp eval "
STAND_INS = {"NAME": "budget", "RUN_ID": "7b40ee8d", "FILE": "notes.md", "DIR": "my-eval", "CLIENT": "cursor"}
"""What sentences say instead of a name, and such a name."""


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", TOLD, re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    return [line.strip() for block in blocks("sh") for line in block.splitlines() if line.strip()]


def run(home: Home, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env=home.environ(), cwd=home.user, capture_output=True, text=True, timeout=60, check=False
    )


def test_ci_runs_the_two_commands_and_the_demo_fetches_as_the_readme_does() -> None:
    ci = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert "python3 scripts/demo.py\n" in ci
    assert "python3 scripts/test.py\n" in ci
    assert '"-m", "fusion_mcp", "pull")' in (ROOT / "scripts/demo.py").read_text(encoding="utf-8")
    assert set(commands()) >= RUN_BY_CI


@pytest.mark.parametrize(
    "command",
    [
        line
        for line in commands()
        if line not in RUN_BY_CI
        and "serve" not in line
        and "pip" not in line
        and not line.startswith((EVALUATION, RUN_BY_THE_EXAMPLES, *RUN_BY_THE_PROOF))
    ],
)
def test_a_command_of_the_readme_works_as_written(command: str, home: Home, provider: ScriptedProvider) -> None:
    trio_answers(provider)
    home.trio(provider)
    (home.user / "notes.md").write_text("Two risks.", encoding="utf-8")
    program, *arguments = shlex.split(command)
    assert program == "fusion-mcp"
    unasked = ["--yes"] if arguments[0] == "install" else []
    done = run(home, sys.executable, "-m", "fusion_mcp", *arguments, *unasked)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def fault_in(words: list[str]) -> str:
    """What is wrong with these arguments; nothing if they can be meant."""
    try:
        parse(words)
    except UsageError as fault:
        return str(fault)
    return ""


def test_every_command_that_a_sentence_names_is_understood() -> None:
    named = {" ".join(command.split()) for command in re.findall(r"`(fusion-mcp [^`]+)`", TOLD)}
    assert len(named) > 5
    for command in named:
        words = [STAND_INS.get(word, word) for word in shlex.split(command)[1:] if word != "--help"]
        fault = fault_in(words)
        assert not fault or "arguments are required" in fault, command  # the sentence is about the command as such


def test_the_evaluation_of_the_readme_runs_from_the_first_step_to_the_last(
    home: Home, provider: ScriptedProvider
) -> None:
    trio_answers(provider, "ANSWER: 408", "ANSWER: 408")
    home.trio(provider, prices=dict.fromkeys((*MEMBERS, "judge", "writer"), (0, 0)))
    for command in (line for line in commands() if line.startswith(EVALUATION)):
        done = run(home, sys.executable, "-m", "fusion_mcp", *shlex.split(command)[1:])
        assert done.returncode == 0, done.stderr
    assert "alpha" in (home.user / "my-eval" / "report.md").read_text(encoding="utf-8")
    assert (home.user / "my-eval" / "report.html").exists()


def test_the_examples_for_frameworks_are_those_that_the_proof_runs() -> None:
    shown = [line for line in commands() if line.startswith(RUN_BY_THE_PROOF)]
    proof = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "proofs").rglob("*.py"))
    for path in re.findall(r"examples/[\w/.]+", "\n".join(shown)):
        assert (ROOT / path).exists()
        assert Path(path).name in proof
    assert set(re.findall(r"promptfoo@([\d.]+)", EVALUATING)) == set(
        re.findall(r'^PROMPTFOO = "([\d.]+)"', proof, re.MULTILINE)
    )


def test_the_proofs_that_are_named_are_those_there_are(home: Home) -> None:
    """Proofs take minutes to an hour: here it is only seen that there are such."""
    named = set(re.findall(r"^\| `([a-z]+)` \|", CONTRIBUTING, re.MULTILINE))
    told = run(home, sys.executable, str(ROOT / "scripts/prove.py"))
    assert named == set(re.findall(r"^  ([a-z]+) ", told.stdout + told.stderr, re.MULTILINE))
    assert named <= {file.stem for file in (ROOT / "proofs").glob("*.py")}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_within_the_repository_leads_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target, part in re.findall(r"\]\(([^)#:]*)(#[^)]*)?\)", text):
        leads_to = page.parent / target if target else page
        assert leads_to.exists(), target
        assert not part or part in anchors(leads_to), target + part
    for path in re.findall(r"`((?:docs|examples|fusion_mcp|presets|proofs|scripts|tests)/[\w./-]*)`", text):
        assert (ROOT / path).exists() or (ROOT / "fusion_mcp" / path).exists(), path


def anchors(page: Path) -> set[str]:
    """The parts of a page that a link may lead to, as GitHub names them."""
    heads = re.findall(r"^#+ (.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {"#" + re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads}


def test_the_address_of_the_privacy_policy_leads_to_it() -> None:
    addresses = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]
    address, _, part = addresses["Privacy"].partition("#")
    assert address == addresses["Repository"]
    assert f"#{part}" in anchors(ROOT / "README.md")
    assert "### Privacy policy" in README.partition("## Security and privacy")[2]


def test_the_install_command_installs_from_the_checkout(home: Home, tmp_path: Path) -> None:
    [command] = re.findall(r"`(pip install \"\.\[local\]\")`", README)
    target = tmp_path / "installed"
    offline = ["--no-deps", "--no-index", "--no-build-isolation", "--target", str(target), "--quiet"]
    install = [sys.executable, "-m", *shlex.split(command), *offline]
    done = subprocess.run(
        install, env=home.environ(), cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (target / "fusion_mcp" / "_presets" / "auto.toml").exists()


def test_the_http_command_serves_and_prints_the_header_to_send(home: Home, provider: ScriptedProvider) -> None:
    home.trio(provider)
    [command] = [line for line in commands() if "serve" in line]
    arguments = [*shlex.split(command)[1:], "--port", "0"]
    server = subprocess.Popen(
        [sys.executable, "-m", "fusion_mcp", *arguments], env=home.environ(), stderr=subprocess.PIPE, text=True
    )
    assert server.stderr is not None
    try:
        said = ""
        while "Authorization: Bearer " not in said:
            line = server.stderr.readline()
            assert line, said
            said += line
        assert "/mcp" in said
    finally:
        server.terminate()
        server.wait(timeout=10)
        server.stderr.close()


def test_the_configuration_and_the_preset_in_the_readme_are_valid() -> None:
    tables = [(text, tomllib.loads(text)) for text in blocks("toml")]
    [config] = [text for text, table in tables if "limits" in table]
    [agents] = [text for text, table in tables if "codex" in table.get("providers", {})]
    [preset] = [text for text, table in tables if "panel" in table]
    [checks] = [text for text, table in tables if "verifier" in table]
    assert parse_config(config, "README.md").default_preset == "auto"
    seated = load_catalogue(parse_config(agents, "README.md").providers)
    assert [name for name in ("claude-code", "codex", "mine") if seated[name].agent] == ["claude-code", "codex", "mine"]
    parsed = parse_preset(preset, "README.toml", builtin(), guard.is_fusion)
    assert isinstance(parsed, Preset)
    assert len(parsed.panel) == 3
    checked = parse_preset(
        checks.partition("[verifier]")[0] + preset + checks[checks.index("[verifier]") :],
        "R.toml",
        builtin(),
        guard.is_fusion,
    )
    assert isinstance(checked, Preset)
    assert checked.second_judge is not None


def test_what_a_page_shows_of_research_may_stand_in_a_preset() -> None:
    [research] = [text for text in blocks("toml") if "max_tool_calls" in text and "panel" not in tomllib.loads(text)]
    preset = 'panel = [{ model = "ollama:a" }]\njudge = { model = "ollama:b" }\n'
    parsed = parse_preset(research + preset, "R.toml", builtin(), guard.is_fusion)
    assert isinstance(parsed, Preset)
    assert parsed.allowed_domains == ("europa.eu",)


def test_the_clients_configuration_in_the_readme_is_the_example_file() -> None:
    [block] = re.findall(r"^```json\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    assert json.loads(block) == json.loads((ROOT / "claude_desktop_config.example.json").read_text(encoding="utf-8"))


def test_the_readmes_table_of_presets_is_what_ships() -> None:
    listed = set(re.findall(r"^\| `([a-z-]+)` \|", README, re.MULTILINE))
    assert listed == {file.stem for file in (ROOT / "presets").glob("*.toml")}


def test_defaults_that_stand_in_sentences_are_the_programs() -> None:
    limits, history = Limits(), History()
    sentences = " ".join(TOLD.split())
    for said in (
        f"for a run ({limits.max_cost_usd_per_run:.0f} USD) and a day ({limits.max_cost_usd_per_day:.0f} USD)",
        f"above {limits.confirm_above_usd:.0f} USD you are asked",
        f"{history.keep_days} days or {history.keep_mb} MB",
        f"about {limits.wait_s:.0f} seconds, or {limits.wait_with_progress_s:.0f} where your client shows progress",
    ):
        assert said in sentences


def test_the_readme_names_the_providers_that_are_built_in() -> None:
    [named] = re.findall(r"^Built in: (.*?)\.", README, re.MULTILINE | re.DOTALL)
    assert set(re.split(r",\s+|\s+and\s+", named)) == set(builtin())
