"""Fusion as a model in inspect-ai: `--model fusion/PRESET`. The one module that imports inspect-ai, by its entry point.

Model arguments (`-M`) are those of `asking.Options` but for the preset, which is the model's name.
"""
# inspect-ai is an extra of sixty packages, and not there where this is type-checked; what is decided is elsewhere.
# pyright: reportMissingImports=false, reportUntypedBaseClass=false, reportUntypedFunctionDecorator=false
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownParameterType=false
# pyright: reportUnknownArgumentType=false

from typing import Any

from inspect_ai.model import ChatMessage, GenerateConfig, ModelAPI, ModelOutput, ModelUsage, modelapi
from inspect_ai.tool import ToolChoice, ToolInfo

from fusion_mcp.errors import FusionError, Refused
from fusion_mcp.frameworks.asking import answer, options_of, settings_of
from fusion_mcp.frameworks.chats import Turn, question_of
from fusion_mcp.frameworks.hosting import shared_engine
from fusion_mcp.frameworks.samples import Samples
from fusion_mcp.frameworks.usage import Counted, counted
from fusion_mcp.result import FusionResult


class FusionModel(ModelAPI):
    """A preset as inspect-ai's model. Each epoch of a question is a run of its own; an interrupted one is continued."""

    def __init__(
        self,
        model_name: str,
        base_url: str | None = None,
        api_key: str | None = None,
        config: GenerateConfig = GenerateConfig(),  # noqa: B008 as all of its models have it
        **model_args: Any,
    ) -> None:
        """Read settings and arguments. Raises ConfigError and Refused, each saying what to do."""
        super().__init__(model_name, base_url, api_key, [], config)
        self._settings = settings_of()
        self._options = options_of({"preset": model_name, **model_args})
        self._samples = Samples(self._options.sample)

    async def generate(
        self,
        input: list[ChatMessage],  # noqa: A002 the name is inspect-ai's
        tools: list[ToolInfo],
        tool_choice: ToolChoice,
        config: GenerateConfig,
    ) -> ModelOutput:
        """Ask the panel. Its result stands whole in the output's metadata, as `fusion`.

        Raises RuntimeError with the reason's code and what to do, which makes the sample an error: the engine has tried
        again by itself already.
        """
        try:
            return await self._answer(input, tools, tool_choice, config)
        except FusionError as error:  # of whose own fields inspect-ai would show one alone
            raise RuntimeError(str(error)) from None

    async def _answer(
        self,
        messages: list[ChatMessage],
        tools: list[ToolInfo],
        tool_choice: ToolChoice,
        config: GenerateConfig,
    ) -> ModelOutput:
        if tools and tool_choice != "none":
            raise Refused(
                "invalid_arguments", "a panel calls no tools of a task: its members have those of its preset."
            )
        if config.response_schema is not None:
            raise Refused("invalid_arguments", "a panel answers in words: it takes no response_schema.")
        asked = question_of([_turn(message) for message in messages])
        engine = await shared_engine(self._settings)
        with self._samples.take(asked) as sample:
            result = await answer(engine, asked, self._options.model_copy(update={"sample": sample}))
        return _output(f"fusion/{self.model_name}", result)

    def max_connections(self) -> int:
        """As many questions at once as the person's settings allow runs."""
        return self._settings.config.limits.max_concurrent_runs


def _turn(message: ChatMessage) -> Turn:
    others = [] if isinstance(message.content, str) else [part.type for part in message.content if part.type != "text"]
    if message.role != "assistant" and others:
        raise Refused("invalid_arguments", f"a panel reads text alone, and a message has a part of type {others[0]}.")
    return Turn(message.role, message.text)


def _output(name: str, result: FusionResult) -> ModelOutput:
    output = ModelOutput.from_content(name, result.answer or "")
    output.time = result.seconds.total
    output.usage = _usage(counted(result))
    output.metadata = {"fusion": result.model_dump(mode="json")}
    return output


def _usage(tokens: Counted | None) -> ModelUsage | None:
    return None if tokens is None else ModelUsage(**tokens._asdict())


@modelapi(name="fusion")
def fusion() -> type[ModelAPI]:
    """Register the model's name."""
    return FusionModel
