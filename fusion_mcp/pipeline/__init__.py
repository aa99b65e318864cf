"""The reason the house exists: a question goes to a panel, a judge compares the answers, a synthesizer writes one.

Open `fuse` for the whole flow on one screen. Its stages are `panel`, `judge`, `synthesis` and `verification/`; what
happened becomes the structured result in `report`. What they share is `run`, which is one question with its settings,
and `desk`, which is what they work with. Beside them `triage/` says whether a question wants a panel,
`costs/` what a run may cost, `calling/` how a stage calls a model, `judging/` what a judge is shown and finds, and
`quoting/` whether quotations stand where an answer says. No stage knows a socket, a file or a transport.
"""
