"""What speaks for a claim and against it, pure: quotations, the verdict, and whether a revision is better.

`exhibits` are the sources, of which a verifier reads `excerpts`. `reply` is what it says, `quotes` what of that counts:
if it is quoted fairly (`quotable`) and about the claim (`relevance`). `verdicts` says what follows for a claim,
`omissions` and `improvement` what follows for a revision.
"""
