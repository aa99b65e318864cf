"""What `eval` says: its plan and price before it begins, a line for each answer, and what became of it. Pure."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from fusion_mcp.cleaning import one_line
from fusion_mcp.cli.consent import named
from fusion_mcp.evaluation.asking.planning import WorstCase
from fusion_mcp.evaluation.asking.running import Event
from fusion_mcp.evaluation.records import Answer, Plan
from fusion_mcp.money import usd

_SHOWN = 80
_LONG = 200


def plan_lines(plan: Plan, worst: WorstCase, left: int, assumed_usd: Decimal) -> list[str]:
    """Say what is asked, how often, and what it may cost at most."""
    total = len(plan.tasks) * len(plan.configurations) * plan.repeats
    times = "" if plan.repeats == 1 else f", {plan.repeats} times each"
    lines = [f"Tasks: {len(plan.tasks)} of {one_line(plan.tasks_name, _SHOWN)}{times}. Configurations:"]
    for each in plan.configurations:
        most = worst.by_configuration.get(each.name)
        cost = "all answered" if most is None else (f"up to {usd(most)}" if most else "nobody bills for it")
        seats = ", ".join(str(member.model) for member in each.preset.panel)
        note = f"; {each.note}" if each.note else ""
        lines.append(one_line(f"- {each.name} ({each.role}: {seats}{note}): {cost}", _LONG * 2))
    lines.append(f"Runs: {left}." if left == total else f"Runs: {left} of {total}; the others have their answers.")
    if left:
        lines += _price_lines(worst, plan.max_cost_usd, assumed_usd)
    return lines


def _price_lines(worst: WorstCase, limit: Decimal | None, assumed_usd: Decimal) -> list[str]:
    most = worst.most_usd
    lines = [f"Worst case in all: {usd(most)}, usually much less." if most else "Nobody bills for it."]
    if limit is not None and limit < most:
        lines[0] = f"Worst case in all: {usd(most)}; it stops at {usd(limit)} (--max-cost-usd)."
    if worst.unpriced:
        each = f"each call is reckoned at {usd(assumed_usd)}"
        lines.append(f"The price of {named(worst.unpriced)} is not known: {each}.")
    if worst.on_subscription:
        lines.append(f"Calls to {named(worst.on_subscription)} go on a subscription and are in no cost.")
    return lines


def event_line(event: Event) -> str | None:
    """Say what became of one question; None for what needs no line."""
    answer, sample = event.answer, event.sample
    if answer is None:
        return None
    again = f" ({sample.repeat})" if sample.repeat > 1 else ""
    head = f"[{event.done}/{event.total}] {sample.configuration.name}, task {sample.task.id}{again}"
    if answer.result is None:
        return one_line(f"{head}: failed: {answer.reason}", _LONG)
    degraded = " (degraded)" if answer.result.status == "degraded" else ""
    return one_line(f"{head}: answered{degraded} after {answer.seconds:.1f} s, {_cost(answer.cost_usd)}", _LONG)


def outcome_table(plan: Plan, answers: Sequence[Answer]) -> str:
    """Sum up by configuration what was answered, what failed and what that has cost."""
    rows = [("configuration", "answered", "degraded", "failed", "cost")]
    for each in plan.configurations:
        own = [answer for answer in answers if answer.configuration == each.name]
        results = [answer.result for answer in own if answer.result is not None]
        degraded = sum(result.status == "degraded" for result in results)
        costs = [answer.cost_usd for answer in own]
        rows.append((each.name, str(len(results)), str(degraded), str(len(own) - len(results)), _total(costs)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [" | ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    lines.insert(1, "-|-".join("-" * width for width in widths))
    return "\n".join(f"| {line}" for line in lines)


def _total(costs: Iterable[Decimal | None]) -> str:
    listed = list(costs)
    known = [cost for cost in listed if cost is not None]
    if len(known) == len(listed):
        return usd(sum(known, start=Decimal(0)))
    return f"{usd(sum(known, start=Decimal(0)))} + unknown" if known else "unknown"


def _cost(cost: Decimal | None) -> str:
    return "cost unknown" if cost is None else usd(cost)
