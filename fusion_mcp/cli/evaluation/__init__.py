"""`eval`: measures what presets are worth, in three steps that can each be interrupted and repeated.

`command` picks the step: `run` asks, `grade` judges, `report` shows.
"""
