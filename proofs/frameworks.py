"""Proof: a panel is a model in inspect-ai and a provider in promptfoo, as the README shows it.

Installs both into .cache/frameworks/ and runs the examples in homes of their own against scripted models: what they
score and count, a member and a whole panel that fails, Ctrl-C, and the same again. Prints a table; exits with 1 when
something does not hold, and with 2 when one cannot be installed. Linux and macOS only.

    python3 scripts/prove.py frameworks [WORDS OF A CASE]
"""

import os
import sys
from collections.abc import Callable, Mapping
from typing import Any

from framework.programs import INSPECT, PROMPTFOO, ROOT, programs
from framework.scene import MEMBERS, Ran, Scene, knows, until
from scripted import answers, held, status
from tables import conclude, show

HEAD = ("framework", "case", "status", "calls", "s", "what it says")
TOOLS = """
from inspect_ai import Task, task
from inspect_ai.dataset import Sample
from inspect_ai.solver import generate, use_tools
from inspect_ai.tool import think

@task
def with_tools():
    return Task(dataset=[Sample(input="What is the capital of Australia?")], solver=[use_tools(think()), generate()])
"""
SAMPLES, CALLS_OF_A_RUN, MILLIONTHS_OF_A_CALL = 3, 5, 200
GONE_WITHIN_S = 15.0

Case = Callable[[Scene], tuple[Ran, str, list[str]]]


def main() -> None:
    """Try every case and judge it."""
    found = programs()
    rows: list[tuple[object, ...]] = []
    violations: list[str] = []
    chosen = [case for case in CASES if all(word in " ".join(case[:2]) for word in sys.argv[1:])]
    for framework, case, trial in chosen:
        print(f"{framework}: {case} ...", file=sys.stderr, flush=True)
        with Scene(found) as scene:
            ran, said, wrong = trial(scene)
        rows.append((framework, case, ran.status, ran.calls, f"{ran.seconds:.1f}", said))
        violations += [f"{framework}, {case}: {one}" for one in wrong]
    show(HEAD, rows)
    conclude(violations, f"{len(chosen)} cases with inspect-ai {INSPECT} and promptfoo {PROMPTFOO}")


def example(scene: Scene) -> tuple[Ran, str, list[str]]:
    """Two epochs of the example, and the same again: nothing is paid for twice."""
    ran, log = scene.inspect("--epochs", "2"), scene.log()
    used = log["stats"]["model_usage"]["fusion/budget"]
    again = scene.inspect("--epochs", "2")
    runs = {_fusion(sample)["run_id"] for sample in log["samples"]}
    said = f"accuracy {_accuracy(log)}, {used['total_tokens']} tokens, ${used['total_cost']}; again {again.calls} calls"
    wrong = _unless(log["status"] == "success", "the log is no success")
    wrong += _unless(ran.calls == 2 * SAMPLES * CALLS_OF_A_RUN, "each epoch must be a run of its own")
    wrong += _unless(len(runs) == 2 * SAMPLES and _accuracy(log) == 1, "six runs, all of them right")
    wrong += _unless(
        round(used["total_cost"] * 1e6) == ran.calls * MILLIONTHS_OF_A_CALL, "the cost is that of all calls"
    )
    return ran, said, wrong + _unless(again.calls == 0, "what was answered was paid for again")


def degraded(scene: Scene) -> tuple[Ran, str, list[str]]:
    """One member is down: there are answers, and each says so."""
    scene.provider.script("gamma", status(500))
    ran, log = scene.inspect(), scene.log()
    states = {_fusion(sample)["status"] for sample in log["samples"]}
    wrong = _unless(states == {"degraded"} and _accuracy(log) == 1, "answers that say they are degraded")
    return ran, f"accuracy {_accuracy(log)}, result {'/'.join(states)}", wrong


def failing(scene: Scene) -> tuple[Ran, str, list[str]]:
    """Nobody answers: the sample is an error that says why."""
    for member in MEMBERS:
        scene.provider.script(member, status(401))
    return _error(scene, scene.inspect(), "unauthorized")


def tools(scene: Scene) -> tuple[Ran, str, list[str]]:
    """A task that gives tools is told that a panel takes none, before any call."""
    (scene.place / "with_tools.py").write_text(TOOLS, encoding="utf-8")
    ran, said, wrong = _error(
        scene, scene.inspect(task=os.path.relpath(scene.place / "with_tools.py", ROOT)), "calls no tools"
    )
    return ran, said, wrong + _unless(ran.calls == 0, "a model was called")


def costly(scene: Scene) -> tuple[Ran, str, list[str]]:
    """A limit that is too low for the panel refuses it."""
    ran, said, wrong = _error(scene, scene.inspect("-M", "max_cost_usd=0.00001"), "budget_exceeded")
    return ran, said, wrong + _unless(ran.calls == 0, "a model was called")


def interrupted(scene: Scene) -> tuple[Ran, str, list[str]]:
    """Ctrl-C closes every call; the same command then brings the answers."""
    return _interrupted(scene, lambda stop: scene.inspect(stop=stop))


def provider(scene: Scene) -> tuple[Ran, str, list[str]]:
    """The example's configuration: two panels, and a model alone that is wrong once."""
    ran, cases = scene.promptfoo(), scene.output()
    passed = sum(case["success"] for case in cases)
    panels = [case for case in cases if "panel" in case["provider"]["label"]]
    costs = {case["cost"] for case in panels}
    said = f"{passed} of {len(cases)} passed, a panel's answer for ${max(costs, default=0)}"
    wrong = _unless((passed, len(cases)) == (8, 9), "eight of nine pass")
    wrong += _unless(costs == {0.001}, "each panel's answer costs five calls")
    return ran, said, wrong + _unless(ran.calls == 6 * CALLS_OF_A_RUN + 3, "six runs and three calls")


def repeated(scene: Scene) -> tuple[Ran, str, list[str]]:
    """Each repetition is a run of its own."""
    ran, cases = scene.promptfoo("--repeat", "2", "--filter-providers", "budget"), scene.output()
    runs = {case["response"]["metadata"]["fusion"]["run_id"] for case in cases}
    return ran, f"{len(runs)} runs for {len(cases)} cases", _unless(len(runs) == len(cases) == 2 * SAMPLES, "six runs")


def provider_failing(scene: Scene) -> tuple[Ran, str, list[str]]:
    """Nobody answers: the case is an error that says why."""
    for member in MEMBERS:
        scene.provider.script(member, status(401))
    ran, cases = scene.promptfoo("--filter-providers", "budget"), scene.output()
    errors = {str(case.get("error", "")).partition("\n")[0] for case in cases}
    wrong = _unless(all("unauthorized" in str(case.get("error")) for case in cases), "errors that name the reason")
    return ran, "; ".join(errors)[:60], wrong


def provider_interrupted(scene: Scene) -> tuple[Ran, str, list[str]]:
    """Ctrl-C closes every call; the same command then brings the answers."""
    return _interrupted(scene, lambda stop: scene.promptfoo("--filter-providers", "budget", stop=stop))


def command(scene: Scene) -> tuple[Ran, str, list[str]]:
    """The form without Python."""
    ran, cases = scene.promptfoo(config="exec.yaml"), scene.output()
    passed = sum(case["success"] for case in cases)
    return ran, f"{passed} of {len(cases)} passed", _unless(passed == len(cases) == 1, "it passes")


CASES: tuple[tuple[str, str, Case], ...] = (
    ("inspect-ai", "example, two epochs", example),
    ("inspect-ai", "a member is down", degraded),
    ("inspect-ai", "nobody answers", failing),
    ("inspect-ai", "a task with tools", tools),
    ("inspect-ai", "too little money", costly),
    ("inspect-ai", "Ctrl-C, and again", interrupted),
    ("promptfoo", "example", provider),
    ("promptfoo", "repeated", repeated),
    ("promptfoo", "nobody answers", provider_failing),
    ("promptfoo", "Ctrl-C, and again", provider_interrupted),
    ("promptfoo", "as a command", command),
)


def _interrupted(scene: Scene, run: Callable[[bool], Ran]) -> tuple[Ran, str, list[str]]:
    gate = scene.provider.gate("held")
    scene.provider.script("gamma", *[held(gate, answers("Never."))] * SAMPLES, knows())
    ran = run(True)  # noqa: FBT003 one word
    closed = until(lambda: scene.provider.in_flight == 0, GONE_WITHIN_S)
    gate.open()
    scene.provider.script("gamma", knows())
    again = run(False)  # noqa: FBT003 one word
    said = f"calls closed: {closed}; again {again.calls} calls"
    wrong = _unless(closed, "calls went on after Ctrl-C") + _unless(again.calls > 0, "nothing was asked again")
    return ran, said, wrong + _unless(again.calls < SAMPLES * CALLS_OF_A_RUN, "all was paid for again")


def _error(scene: Scene, ran: Ran, reason: str) -> tuple[Ran, str, list[str]]:
    log = scene.log()
    told = [str(sample["error"]["message"]) for sample in log["samples"] if sample.get("error")]
    said = next((line for line in told if line), "")[:60].replace("\n", " ")
    wrong = _unless(log["status"] == "error", "the log is no error")
    return ran, said, wrong + _unless(any(reason in line for line in told), f"no sample says {reason}")


def _fusion(sample: Mapping[str, Any]) -> Mapping[str, Any]:
    return sample["output"]["metadata"]["fusion"]


def _accuracy(log: Mapping[str, Any]) -> float:
    return log["results"]["scores"][0]["metrics"]["accuracy"]["value"]


def _unless(holds: bool, wrong: str) -> list[str]:
    return [] if holds else [wrong]


if __name__ == "__main__":
    main()
