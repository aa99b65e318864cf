"""The second step: each answer is graded by what its task asks for: words, tests in a sandbox, or a rubric."""
