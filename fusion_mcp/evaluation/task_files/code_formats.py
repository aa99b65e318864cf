"""HumanEval's and MBPP's rows: functions to be written, and the tests that judge them. Pure."""

from typing import Annotated

from pydantic import AfterValidator, AliasChoices, Field, model_validator

from fusion_mcp.evaluation.python_text import called_in, definitions_in
from fusion_mcp.evaluation.task_files.rows import Code, Name, Row, Words, some
from fusion_mcp.evaluation.tasks import CodeTask, Task


class HumanEvalRow(Row):
    """A row of HumanEval: a function's head to go on from, and a `check` that is called with the function."""

    prompt: Words
    entry_point: Name
    test: Annotated[Code, Field(validation_alias=AliasChoices("test", "assertion"))]

    def task(self, numbered: str) -> Task:
        """Give the task. Its preamble ends in the function's head, so that an answer may be its body alone."""
        called = f"\n\ncheck({self.entry_point})\n" if "check" in definitions_in(self.test) else "\n"
        return CodeTask(
            id=self.id or numbered,
            problem=self.prompt,
            domain=self.domain,
            entry_point=self.entry_point,
            tests=self.test + called,
            preamble=self.prompt,
        )


class MbppRow(Row):
    """A row of MBPP: a sentence, and assertions, which are shown since nothing else names the function."""

    text: Annotated[Words, Field(validation_alias=AliasChoices("text", "prompt"))]
    test_list: Annotated[tuple[Code, ...], AfterValidator(some)]
    test_setup_code: str = ""
    test_imports: tuple[str, ...] = ()
    code: str = ""

    @model_validator(mode="after")
    def _has_a_function(self) -> "MbppRow":
        if self.entry_point is None:
            raise ValueError("test_list: no test calls a function")
        return self

    @property
    def entry_point(self) -> str | None:
        """The function that is asked for: one that the tests call, best one that the row's own solution defines."""
        called = called_in("\n".join(self.test_list), known=definitions_in(self.test_setup_code))
        defined = definitions_in(self.code)
        return next((name for name in called if name in defined), called[0] if called else None)

    def task(self, numbered: str) -> Task:
        """Give the task."""
        tests = "\n".join(self.test_list)
        return CodeTask(
            id=self.id or numbered,
            problem=f"{self.text.strip()}\n\nThe function must pass these tests:\n\n{tests}",
            domain=self.domain,
            entry_point=self.entry_point or "",
            tests=f"{tests}\n",
            preamble="\n".join(filter(None, (*self.test_imports, self.test_setup_code))),
        )
