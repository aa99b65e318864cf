"""Stage four: the answer is checked, claim by claim, against what the panel said and read, and then it may be revised.

`verify` is the way in, and `gate` the comparison with the best member's answer. `claims` takes a draft apart, `reply`
reads what a verifier found, `exhibits` looks its quotations up, `verdicts` says what follows from them: those are pure,
as are `excerpts`, `prompting` and `naming`. A model only points at words; whether they stand there, and what that
means, is decided here.
"""
