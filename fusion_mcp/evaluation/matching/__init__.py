"""Answers with one right solution, held against it: what an answer states, in one spelling."""
