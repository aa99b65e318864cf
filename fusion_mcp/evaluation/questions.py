"""What a task is asked as: its problem, and where its form is looked at, one sentence on that. Pure.

The same for every configuration. A rubric's problem is asked as it stands.
"""

from fusion_mcp.evaluation.tasks import LETTERS, ChoiceTask, CodeTask, ExactTask, RubricTask, Task

_EXACT = "End with one line that has only the final answer, in this form:\nANSWER: <the answer>"
_CHOICE = (
    "Exactly one of the choices is right. End with one line that names its letter, in this form:\nANSWER: <letter>"
)
_CODE = "Answer with one block of Python code that has the whole function {name} and every import that it needs."


def question_of(task: Task) -> str:
    """Write the question that the members of every configuration get."""
    match task:
        case RubricTask():
            return task.problem
        case ExactTask():
            return f"{task.problem.rstrip()}\n\n{_EXACT}"
        case ChoiceTask():
            choices = "\n".join(f"{letter}) {text}" for letter, text in zip(LETTERS, task.choices, strict=False))
            return f"{task.problem.rstrip()}\n\n{choices}\n\n{_CHOICE}"
        case CodeTask():
            return f"{task.problem.rstrip()}\n\n{_CODE.format(name=task.entry_point)}"
