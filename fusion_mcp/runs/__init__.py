"""Runs that outlive the calls that began them: begun, joined, waited for, handed back, cancelled, taken up again.

What a run does is `pipeline`; what is left of it on disk is `journal`. Which run a question comes to is `planning`'s.
"""
