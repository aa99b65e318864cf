"""Measuring whether a panel is worth its price: tasks, configurations, answers, grades and a report.

`planning`, `running` and `grading` go through the engine, so the journal and the person's money limits hold for them.
`folder`, `shipped` and `report` touch files, and `sandbox` starts programs; everything else here is pure.
"""
