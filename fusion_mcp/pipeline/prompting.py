"""What each stage says to its model, pure: the words stand in prompts/*.md, the data is fenced here.

Judge and synthesizer get the same beginning (question, context, labelled answers) and their task last, so that a
provider's prompt cache serves the second from the first.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files

from fusion_mcp.cleaning import one_line
from fusion_mcp.fencing import fenced
from fusion_mcp.pipeline.judging.analysis import Judgement
from fusion_mcp.pipeline.judging.anonymity import LabelledAnswer
from fusion_mcp.pipeline.run import Run
from fusion_mcp.types import Message

_REPAIR_EXCERPT = 20_000
"""Characters of a reply that its model is shown again to mend it: it may have run on for its whole output limit."""
_REMINDED = 600
"""Characters of the question's end that a small model reads again: what form it asks for stands there."""
_TITLE = 120
_URL = 300
_MOST_PAGES = 30
"""Pages of one answer that judge and synthesizer are shown; a provider's own tools may name hundreds."""


def member_messages(run: Run, lens: str | None, *, compact: bool, web_calls: int = 0) -> tuple[Message, ...]:
    """The question as it was asked, to one member that may use the web so often. It never sees another's answer."""
    if run.is_plain:
        return (Message(role="user", content=whole_question(run, run.context_fence)),)
    kind = "_compact" if compact else ""
    system = render(f"member{kind}", lens=f"\n\n{lens}" if lens else "")
    if web_calls:
        system += "\n\n" + render(f"member_web{kind}", today=run.today, calls=str(web_calls))
    return Message(role="system", content=system), Message(role="user", content=whole_question(run, run.context_fence))


def with_findings(messages: tuple[Message, ...], findings: Sequence[str]) -> tuple[Message, ...]:
    """Give a member what was found in its seat before it sat there, as the tools told it."""
    if not findings:
        return messages
    *before, question = messages
    found = "\n\n".join((question.content, render("member_findings"), *findings))
    return (*before, replace(question, content=found))


def judge_messages(run: Run, labelled: Sequence[LabelledAnswer], *, compact: bool) -> tuple[Message, ...]:
    """The labelled answers, and the task of comparing them as JSON.

    What an analysis holds is said at the beginning, which the synthesizer's prompt shares: it is to read one.
    """
    kind = "_compact" if compact else ""
    preferred = render(f"judge_{run.preset.aggregate}{kind}")
    labels = ", ".join(answer.label for answer in labelled)
    task = render(f"judge{kind}", labels=labels, preferred=preferred)
    return review_messages(run, labelled, task, compact=compact)


def repair_messages(messages: tuple[Message, ...], reply: str, complaint: str) -> tuple[Message, ...]:
    """The judge's own reply, and what is wrong with it."""
    return (
        *messages,
        Message(role="assistant", content=reply[:_REPAIR_EXCERPT]),
        Message(role="user", content=render("judge_repair", complaint=complaint)),
    )


def synthesis_messages(
    run: Run, labelled: Sequence[LabelledAnswer], judgement: Judgement | None, *, support: str = "", compact: bool
) -> tuple[Message, ...]:
    """The labelled answers, the analysis where there is one, and the task of writing the answer.

    `support` says what the analysis' points rest on (`confidence.support`); a small model does without. Which answer
    the judge prefers is not said: it may not pull the text towards one of them.
    """
    parts: list[str] = []
    if judgement is not None:
        parts.append(fenced("analysis", judgement.model_dump_json(exclude={"preferred"}), run.fence))
    if support and not compact:
        parts += [fenced("what the analysis rests on", support, run.fence), render("synthesis_support")]
    parts.append(render("synthesis_compact", question=_reminder(run)) if compact else render("synthesis"))
    return review_messages(run, labelled, "\n\n".join(parts), compact=compact)


def review_messages(run: Run, labelled: Sequence[LabelledAnswer], task: str, *, compact: bool) -> tuple[Message, ...]:
    """The question, the labelled answers and a task about them: whoever works on the answers begins like this."""
    answers = "\n\n".join(_answer(answer, run.fence) for answer in labelled)
    system = render("review_compact" if compact else "review", fence=run.fence)
    content = f"{whole_question(run, run.fence)}\n\n{answers}\n\n{task}"
    return Message(role="system", content=system), Message(role="user", content=content)


def _answer(answer: LabelledAnswer, fence: str) -> str:
    """An answer and what it rests on. The titles are the pages' own words, so they are data as well."""
    shown = fenced(answer.label, answer.content, fence)
    if not answer.pages:
        return shown
    pages = "\n".join(
        f"- {one_line(page.url, _URL)} ({one_line(page.title, _TITLE) or 'no title'})"
        for page in answer.pages[:_MOST_PAGES]
    )
    return f"{shown}\n\n{fenced(f'pages retrieved for {answer.label}', pages, fence)}"


def _reminder(run: Run) -> str:
    """The question once more, for a small model that has forgotten it behind the answers: its end, where it is long."""
    return run.question[-_REMINDED:]


def whole_question(run: Run, fence: str) -> str:
    """What was asked, its context fenced."""
    if run.context is None:
        return run.question
    return f"{run.question}\n\n{fenced('context', run.context, fence)}"


def render(name: str, **values: str) -> str:
    """Fill in the prompt `prompts/NAME.md`.

    All of these are plain ASCII: one other sign makes a whole prompt take twice the room, and far longer to encode.
    """
    return (_template(name) % values).strip()


@cache
def _template(name: str) -> str:
    """Read a prompt as a format: its places are written `$place`, which reads more easily and is filled in slowly."""
    text = files("fusion_mcp.pipeline").joinpath("prompts", f"{name}.md").read_text(encoding="utf-8").strip()
    return re.sub(r"\$(\w+)", r"%(\1)s", text.replace("%", "%%"))
