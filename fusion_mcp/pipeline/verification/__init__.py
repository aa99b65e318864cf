"""Stage four: the answer is checked, claim by claim, against what the panel said and read, and then it may be revised.

`stage` is the way in: `verify` checks and revises, `gate` compares with the best member's answer. `claims` takes a
draft apart, `omissions` adds what is missing there, `reply` reads what a verifier found, `exhibits` looks its
quotations up, `verdicts` says what follows from them, `improvement` whether a revision is better: those are pure, as
are `said`, `excerpts`, `prompting` and `naming`. A model only points at words; whether they stand there, and what that
means, is decided here.
"""
