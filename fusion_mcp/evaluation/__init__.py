"""Measuring whether a panel is worth its price: tasks, configurations, answers, grades and a report.

`task_files` reads tasks; then there are three steps: `asking`, `grading` and `reporting`, each a command that may be
killed and goes on from `folder`. The first two go through the engine, so the journal and the person's money limits hold
for them. Files are touched by `folder` with its `lines`, `task_files.shipped` and `reporting.report`, programs are
started by `grading.sandbox`; all that thinks is pure.
"""
