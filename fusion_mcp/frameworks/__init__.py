"""Doors for evaluation frameworks: fusion as a model in inspect-ai, as a provider in promptfoo.

Neither framework is needed to import this package. What they measure with is theirs; what is asked goes through the
engine as from any other door, with the same journal and the person's limits on money.
"""
