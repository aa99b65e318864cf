"""The web for panel members: the closed list of tools, and everything that stands between a page and a model.

`web_tools` is the way in for a process, `toolbox` for a run: a call is read (`arguments`), carried out once for
everybody (`retrieval`), put into words (`presenting`) and remembered (`record`). `provenance` says what may be fetched,
`sharing` and `keeping` what need not be fetched again. The work itself is done in `search`, `download` and `reading`.
"""
