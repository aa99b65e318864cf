"""The quotations of an answer, and whether they stand where it says. Pure.

`checking` is the way in. `finding` has an answer's quotations, with the links that each is attributed to: `blocks` cuts
the text, `quoted` finds words between quotation marks, `references` resolves numbers that stand for links, `places` and
`attribution` tell whose the words are said to be. `wording` compares texts without their `markup`, and minds
`negations`; `mark` is what the unsupported ones get.

Answers and pages are somebody else's texts, so every step is linear in them: patterns are possessive or bounded.
"""
