"""The code of a task, as it is found in an answer."""

import pytest

from fusion_mcp.evaluation.grading.code import extracted, program
from fusion_mcp.evaluation.tasks import CodeTask

HEAD = 'import math\n\n\ndef square(x: int) -> int:\n    """Give its square."""\n'
TASK = CodeTask(id="s", problem=HEAD, entry_point="square", tests="assert square(3) == 9\n", preamble=HEAD)

JOINED = HEAD + "    y = x\n    return y * y\n"


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("```python\ndef square(x):\n    return x * x\n```", "def square(x):\n    return x * x\n"),
        (
            "```\ndef square(x): return 1\n```\nBetter:\n~~~py\ndef square(x): return 9\n~~~",
            "def square(x): return 9\n",
        ),
        ("```python\ndef square(x): return 9\n```\nUse it so:\n```python\nsquare(3)\n```", "def square(x): return 9\n"),
        ("1. So:\n   ```python\n   def square(x):\n       return 9\n   ```", "def square(x):\n    return 9\n"),
        ("def square(x):\n    return 9", "def square(x):\n    return 9"),
        ("```python\ndef square(x):\n    return 9", "def square(x):\n    return 9"),
        ("```python\nsquare = lambda x: 9\n```", "square = lambda x: 9\n"),
        ("    y = x\n    return y * y\n", JOINED),
        ("y = x\n    return y * y", JOINED),
        ("```python\ny = x\nreturn y * y\n```", JOINED),
        ("I cannot do that, sorry.", None),
        ("", None),
    ],
)
def test_the_code_is_found_in_an_answer(answer: str, code: str | None) -> None:
    assert extracted(TASK, answer) == code


TWICE = "import operator\ndef twice(x): return 2 * x\n"
HALF = "def half(x): return operator.floordiv(x, 4)\n"
WHOLE = "def square(x): return half(twice(x) ** 2)\n"
USE = "print(square(3))\n"


@pytest.mark.parametrize(
    ("blocks", "code"),
    [
        ([TWICE, HALF, WHOLE, USE], [TWICE, HALF, WHOLE]),
        ([WHOLE, USE, HALF, TWICE], [HALF, TWICE, WHOLE]),
        (["def half(x): return 0\n", TWICE, HALF, WHOLE], [TWICE, HALF, WHOLE]),
        ([HALF, JOINED], [JOINED]),
        ([WHOLE, USE], [WHOLE]),
        (
            ["import math\nx = 1\n", "def square(x): return math.prod([x, x])\n"],
            ["def square(x): return math.prod([x, x])\n"],
        ),
    ],
    ids=["in front", "behind", "written again", "not needed", "missing", "given by the task"],
)
def test_helpers_and_imports_of_other_blocks_come_along_where_they_are_needed(
    blocks: list[str], code: list[str]
) -> None:
    answer = "\nThen:\n".join(f"```python\n{block}```" for block in blocks)
    assert extracted(TASK, answer) == "\n".join(code)


def test_a_preamble_that_ends_in_a_head_without_a_body_leaves_the_head_out() -> None:
    task = TASK.model_copy(update={"preamble": "import math\n\ndef square(x):\n"})
    built = program(task, "    return x * x")
    assert built is not None
    assert built.preamble == "import math\n"
    assert built.code == "import math\n\ndef square(x):\n    return x * x\n"


@pytest.mark.parametrize("name", ["Solution.square", "Solution().square"])
def test_the_function_may_be_a_method_of_a_class(name: str) -> None:
    task = CodeTask(id="s", problem="Square.", entry_point=name, tests="assert Solution().square(3) == 9\n")
    solved = "class Solution:\n    def square(self, x):\n        return x * x\n"
    other = "class Tests:\n    def test(self):\n        assert Solution().square(2) == 4\n"
    assert extracted(task, f"```python\n{solved}```\nTested:\n```python\n{other}```") == solved
