"""A small task for inspect-ai: inspect eval examples/inspect/capitals.py --model fusion/budget."""

from inspect_ai import Task, task
from inspect_ai.dataset import Sample
from inspect_ai.scorer import includes
from inspect_ai.solver import generate, system_message


@task
def capitals() -> Task:
    """Three questions with one short answer each."""
    questions = {
        "What is the capital of Australia?": "Canberra",
        "What is the capital of Kazakhstan?": "Astana",
        "What is the seat of government of Bolivia?": "La Paz",
    }
    return Task(
        dataset=[Sample(input=question, target=target) for question, target in questions.items()],
        solver=[system_message("Answer in one sentence."), generate()],
        scorer=includes(),
    )
