"""The cases of the fault matrix, and a home in which each has a provider, models and a preset of its own.

What a server learns from one case's failures, such as whom to leave alone for a while, must not touch another's.
"""

import json
from collections.abc import Iterator, Sequence

from fault.kinds import FAULTS, Fault, script
from fault.rules import DEADLINE_S, PANEL, Case, Who
from scripted import Home, ScriptedProvider
from scripted.stages import Stage, fails_in, works

NOWHERE = "http://127.0.0.1:9/v1"
OVER_HTTP = ("silence", "cut in mid-stream", "503", "empty answer", "503, once")
ROLES = (*PANEL, "judge", "writer")
LIMITS = """
[limits]
max_concurrent_runs = 100
confirm_above_usd = 1000
max_cost_usd_per_run = 1000
max_cost_usd_per_day = 1000000
"""


def all_cases() -> list[Case]:
    """Every fault in every stage, for one and for all, on stdio; some of them again over HTTP."""
    wanted = [("stdio", *each) for each in _places(FAULTS)]
    wanted += [("http", *each) for each in _places([fault for fault in FAULTS if fault.name in OVER_HTTP])]
    return [
        Case(name=f"case-{number}", door=door, fault=fault, stage=stage, who=who)
        for number, (door, fault, stage, who) in enumerate(wanted)
    ]


def _places(faults: Sequence[Fault]) -> Iterator[tuple[Fault, Stage, Who]]:
    for fault in faults:
        for stage in fault.stages:
            yield fault, stage, "one"
            if stage == "panel" or not fault.is_absent:  # an address that is not there is so in every stage
                yield fault, stage, "all"


def furnish(home: Home, provider: ScriptedProvider, cases: Sequence[Case]) -> None:
    """Write configuration and presets, and script the models."""
    config = [f'default_preset = "{cases[0].name}"', LIMITS]
    for case in cases:
        _script(provider, case)
        config += [_provider(case.name, provider.base_url, case), _provider(f"{case.name}-gone", NOWHERE, case)]
        home.preset(case.name, _preset(case))
    home.config("\n".join(config))


def _provider(name: str, url: str, case: Case) -> str:
    prices = ", ".join(f'"{case.model(role)}" = {{ input = 1, output = 1 }}' for role in ROLES)
    return f'[providers.{name}]\nbase_url = "{url}"\napi_key_env = "WORK_API_KEY"\nprices = {{ {prices} }}\n'


def _preset(case: Case) -> str:
    seats = "".join(f"[[panel]]\nmodel = {json.dumps(case.reference(role))}\n" for role in PANEL)
    judge, writer = (json.dumps(case.reference(role)) for role in ("judge", "writer"))
    head = f'title = "{case.name}"\ndeadline_s = {DEADLINE_S}\nmax_cost_usd = 100\ngrace_s = 3\n'
    return f"{head}{seats}[judge]\nmodel = {judge}\n[synthesizer]\nmodel = {writer}\n"


def _script(provider: ScriptedProvider, case: Case) -> None:
    for role in ROLES:
        healthy = works(role)
        has_fault = role in case.victims and not case.fault.is_absent
        coming = script(case.fault, healthy)
        provider.script(case.model(role), fails_in(case.stage, coming, healthy) if has_fault else healthy)
