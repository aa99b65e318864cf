"""The quotations of an answer, and whether they stand where it says. Pure, and linear in the text.

`checking` is the way in. `finding` has an answer's quotations, with the links that each is attributed to: `blocks` cuts
the text, `quoted` finds words between quotation marks, `references` resolves numbers that stand for links, `places` and
`attribution` tell whose the words are said to be. `wording` compares texts, and minds `negations`.
"""
