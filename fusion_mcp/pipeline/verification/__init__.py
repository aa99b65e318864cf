"""Stage four: the answer is checked, claim by claim, against what the panel said and read, and then it may be revised.

`stage` is the way in: `verify` takes looks at the text (`looking`, and of its claims `checking`) and has it revised
once (`revision`), `gate` compares it with the best member's answer; `naming` tells the result. `claims/` is what a text
says, `evidence/` what speaks for that and against it, and what follows; both are pure. A model only points at words;
whether they stand there, and what that means, is decided here.
"""
