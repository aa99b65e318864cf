"""Sets everything up and runs one of the proofs that take longer than a test may: each prints a table.

python3 scripts/prove.py NAME [ARGUMENTS OF THE PROOF]
"""

import sys

from environment import ROOT, ready, run, say

PROOFS = {
    "faults": "every fault of a provider, at every stage",
    "crash": "a server killed at every step, and what is paid twice",
    "ledger": "many processes at one ledger",
    "soak": "thousands of runs in one process",
    "recursion": "every way around the guard, and false alarms",
    "agents": "real agent programs on the panel, from the npm registry",
    "clients": "real clients, from their registries, of this server: SDKs, agents, adapters",
    "page": "the report of an evaluation in a real browser",
    "simulation": "what each mechanism of the panel is worth, by simulated models",
    "embedded": "the embedded model as a panel, alone, and three times: a real evaluation, about forty minutes",
    "conformance": "the protocol's own suite and inspector, from the npm registry",
    "frameworks": "panels in inspect-ai and promptfoo, both from their registries",
    "bundle": "the .mcpb bundle for the format's own tool, and started as a client starts it",
}


def main() -> None:
    """Run the proof that is asked for; exit with its status."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in PROOFS:
        known = "\n".join(f"  {proof:12}{what}" for proof, what in PROOFS.items())
        say(f"Say which proof:\n{known}")
        sys.exit(2)
    python = ready("dev", "local", locked=True)
    say(f"-- {name}: {PROOFS[name]}")
    run(python, ROOT / "proofs" / f"{name}.py", *sys.argv[2:], PYTHONPATH=str(ROOT / "tests"))


if __name__ == "__main__":
    main()
