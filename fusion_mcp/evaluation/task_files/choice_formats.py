"""Rows of multiple choice, and which choice their answer points at. Pure."""

from typing import Annotated

from pydantic import AliasChoices, Field, PlainValidator, model_validator

from fusion_mcp.evaluation.task_files.keys import CHOICES, LABELS, POINTERS
from fusion_mcp.evaluation.task_files.rows import Question, Row, Target, pointer
from fusion_mcp.evaluation.tasks import LETTERS, ChoiceTask, Task

_FEWEST_CHOICES = 2


class ChoiceRow(Row):
    """A question with its choices; the right one by its label or letter, as an index from 0, or in its own words."""

    question: Question
    choices: Annotated[
        tuple[Target, ...],
        Field(min_length=_FEWEST_CHOICES, max_length=len(LETTERS), validation_alias=AliasChoices(*CHOICES)),
    ]
    labels: Annotated[tuple[str, ...], Field(validation_alias=LABELS)] = ()
    target: Annotated[int | str, PlainValidator(pointer), Field(validation_alias=AliasChoices(*POINTERS))]
    answer_idx: int | str | None = None
    answer_index: int | str | None = None

    @model_validator(mode="after")
    def _points_at_one_choice(self) -> "ChoiceRow":
        found = self._letters(self.target)
        last = LETTERS[len(self.choices) - 1]
        if not found:
            labels = f"one of the labels {', '.join(self.labels)}" if self.labels else f"a letter from A to {last}"
            raise ValueError(f"target: expected {labels}, or a number from 0 to {len(self.choices) - 1}")
        if len(found) > 1:
            raise ValueError(f"target: may mean {' or '.join(sorted(found))}; write the letter of the right choice")
        for also in (self.answer_idx, self.answer_index):
            if also is not None and not self._letters(also) & found:
                raise ValueError("target: points at another choice than the answer's index")
        return self

    def task(self, numbered: str) -> Task:
        """Give the task."""
        return ChoiceTask(
            id=self.id or numbered,
            problem=self.question,
            domain=self.domain,
            choices=self.choices,
            target=min(self._letters(self.target)),
        )

    def _letters(self, target: int | str) -> set[str]:
        """Give the letters of all choices that are pointed at, in whatever sense."""
        letters, written = LETTERS[: len(self.choices)], str(target).strip()
        by_label = {letter for letter, label in zip(letters, self.labels, strict=False) if label == written}
        if by_label:
            return by_label
        if isinstance(target, int):
            return set(letters[target : target + 1]) if target >= 0 else set()
        found = {letter for letter, choice in zip(letters, self.choices, strict=True) if choice.strip() == written}
        if len(written) == 1 and written.upper() in letters:
            found.add(written.upper())
        if written.isdecimal() and len(written) <= len(str(len(letters))) and int(written) < len(letters):
            found.add(letters[int(written)])
        return found
