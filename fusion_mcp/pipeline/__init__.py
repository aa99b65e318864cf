"""The reason the house exists: a question goes to a panel, a judge compares the answers, a synthesizer writes one.

Open `fuse` for the whole flow on one screen. Each stage has its file: `panel`, `judge`, `synthesis`. A member's turns
with its web tools are `tool_loop`'s; `sources`, `quotations` and `evidence` hold its answer against the pages that were
really retrieved. What all share: `run` (what is asked, and of whom), `deadlines`, `calling` (one call to one model),
`anonymity`, `analysis` (the judge's JSON), `prompting`, and `report`, which turns what happened into the structured
result. No stage knows a socket, a file or a transport.
"""
