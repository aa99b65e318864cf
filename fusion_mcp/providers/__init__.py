"""Everything that talks to models. `models` is the one door; behind it are servers, agent programs and embedded models.

`chat/` speaks to servers, `agents/` starts programs, `local/` serves weights on this machine. Beside them stand
`catalog/` (who there is, as data), `health/` (who may be called now) and what all of them share: a call (`asked`), its
line in the ledger (`billing`), its price (`pricing`), and what is made of a foreign reply (`foreign`, `citations`,
`redaction`, `refusal`).
"""
