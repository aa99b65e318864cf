"""One prompt per tool, for people who pick from a menu, and the completion of preset names in prompts and addresses."""

from typing import TYPE_CHECKING, Any

from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp.types import (
    INVALID_PARAMS,
    CompleteRequestParams,
    CompleteResult,
    Completion,
    GetPromptRequestParams,
    GetPromptResult,
    ListPromptsResult,
    PaginatedRequestParams,
    Prompt,
    PromptArgument,
    PromptMessage,
    PromptReference,
    TextContent,
)

from fusion_mcp.server.resources import TEMPLATE
from fusion_mcp.server.tools import ASK, COMPARE

if TYPE_CHECKING:
    from fusion_mcp.engine import Engine

_ARGUMENTS = [
    PromptArgument(name="question", title="Question", description="What to ask the panel.", required=True),
    PromptArgument(name="preset", title="Preset", description="Which panel to ask; may be left out.", required=False),
]
_PROMPTS = {
    ASK: ("Ask a panel of models", "One answer from several models, with what they agree and disagree on."),
    COMPARE: ("Compare models", "Each model's own answer side by side, with what they agree and disagree on."),
}
_AFTERWARDS = {
    ASK: "Then give me its answer, with the disagreements and warnings that matter to me.",
    COMPARE: "Then show me where the models agree, where they contradict each other, and what only one of them saw.",
}
_CUT_OFF = "If that looks cut off, it is: then take the whole question from what I have typed."
"""Claude Code gives each argument one word of what is typed, and drops the rest: the second is no preset's name."""
_MOST_COMPLETIONS = 100
"""The protocol's own limit."""


class Prompts:
    """Answers the `prompts/` methods and `completion/complete`."""

    def __init__(self, engine: "Engine") -> None:
        """Complete the names of the presets that `engine` knows."""
        self._engine = engine

    async def list(self, _: ServerRequestContext[Any], __: PaginatedRequestParams | None) -> ListPromptsResult:
        """List the prompts."""
        return ListPromptsResult(
            prompts=[
                Prompt(name=name, title=title, description=description, arguments=_ARGUMENTS)
                for name, (title, description) in _PROMPTS.items()
            ]
        )

    async def get(self, _: ServerRequestContext[Any], params: GetPromptRequestParams) -> GetPromptResult:
        """Write a prompt out. Raises MCPError for one that does not exist or lacks its question."""
        if params.name not in _PROMPTS:
            raise MCPError(code=INVALID_PARAMS, message=f"Unknown prompt; the prompts are {' and '.join(_PROMPTS)}.")
        given = params.arguments or {}
        question = given.get("question", "").strip()
        if not question:
            raise MCPError(
                code=INVALID_PARAMS, message="The argument 'question' is missing: say what to ask the panel."
            )
        preset = given.get("preset", "").strip().strip('"')
        choice = ""
        if preset.lower() in self._engine.presets.names():
            choice = f' with preset "{preset}"'
        elif preset:
            question = f"{question} {preset}\n\n{_CUT_OFF}"
        text = f"Use the tool {params.name}{choice} for this question:\n\n{question}\n\n{_AFTERWARDS[params.name]}"
        message = PromptMessage(role="user", content=TextContent(type="text", text=text))
        return GetPromptResult(description=_PROMPTS[params.name][1], messages=[message])

    async def complete(self, _: ServerRequestContext[Any], params: CompleteRequestParams) -> CompleteResult:
        """Complete the name of a preset; nothing else has completions."""
        names = self._engine.presets.names() if _is_preset(params) else []
        typed = params.argument.value.lower()
        found = sorted({name for name in names if name.lower().startswith(typed)})
        return CompleteResult(
            completion=Completion(
                values=found[:_MOST_COMPLETIONS], total=len(found), has_more=len(found) > _MOST_COMPLETIONS
            )
        )


def _is_preset(params: CompleteRequestParams) -> bool:
    if isinstance(params.ref, PromptReference):
        return params.ref.name in _PROMPTS and params.argument.name == "preset"
    return params.ref.uri == TEMPLATE and params.argument.name == "name"
