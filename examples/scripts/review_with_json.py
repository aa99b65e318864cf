"""Has a panel look at a text before it is merged, by the command line: review_with_json.py FILE.

Exits with 3 where the members contradict each other, so that a person looks; else as fusion-mcp does.
"""

import json
import subprocess
import sys

QUESTION = "What could go wrong when this change is merged? Name the largest risks, with their lines."


def main() -> int:
    """Print the answer and what needs a person's eye."""
    command = ["fusion-mcp", "ask", "--json", "--max-cost-usd", "0.25", "--no-web", "--context", sys.argv[1], QUESTION]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        return done.returncode
    result = json.loads(done.stdout)
    print(result["answer"])
    analysis = result["analysis"] or {"contradictions": [], "unique_insights": []}
    for topic in analysis["contradictions"]:
        print(f"They disagree: {topic['topic']}")
    for insight in analysis["unique_insights"]:
        print(f"Only {insight['model']}: {insight['insight']}")
    for warning in result["warnings"]:
        print(f"Warning: {warning}")
    print(f"Cost: {result['cost_usd']} USD")
    return 3 if analysis["contradictions"] else 0


if __name__ == "__main__":
    sys.exit(main())
