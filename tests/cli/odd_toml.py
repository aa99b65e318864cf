"""Configurations in TOML, legal and odd: servers in tables, dotted keys and braces, and strings that look like them."""

from hypothesis import strategies as st

Texts = tuple[str, ...]

TOP: Texts = (
    'title = "x" # "fusion"',
    "'quoted key' = 1",
    'a."b.c".d = { x = [1, 2], "y z" = "}" }',
    'text = """\n[mcp_servers.fusion]\ncommand = "no"\n\\""""',
    "raw = '''\n[mcp_servers.fusion] # '''",
    'list = [\n  "a", # ]\n  [1, 2],\n]',
    "when = 1979-05-27 07:32:00",
    "# [mcp_servers.fusion]",
    "",
)
SERVERS: Texts = (
    "",
    "[mcp_servers]",
    '[mcp_servers.b]\ncommand = "x"\nenv = { A = "1" }',
    '  [ mcp_servers . "b" ] # servers\n  command = "x"\n\n  [mcp_servers.b.env]\n  A = "1"',
    '[mcp_servers]\nb.command = "x" # b\nc = { command = "y" }',
)
ABOVE: Texts = ("mcp_servers = {}", 'mcp_servers = { b = { command = "x" } } # b', 'mcp_servers.b.command = "x"')
"""The same, where no table has begun yet."""
TABLES: Texts = (
    "[[fusion]]\ncommand = 1",
    "[other.fusion]\n# end",
    '[other."mcp_servers.fusion"]\nx = [\n]',
    "[z]\n\n# end\n",
)
ENTRIES: Texts = (
    '[mcp_servers.fusion]\ncommand = "old" # theirs\nargs = []\nextra = 1',
    '[mcp_servers.fusion.env]\nX = "1"',
    '[mcp_servers.fusion]\nenv_vars = [\n  "OTHER", # o\n]\n\n[mcp_servers.fusion.env]\nKEY = "theirs"\n# end',
    '[mcp_servers]\nb = {}\nfusion.command = "old"\nfusion.env.X = "1"',
    '[mcp_servers]\nfusion = { command = "old", env = { X = "1" } } # theirs\nb = {}',
    '[mcp_servers."fusion"]',
)


@st.composite
def toml_texts(draw: st.DrawFn, entry: bool = False) -> str:
    """A configuration in TOML, in which some server is written down in some way; with `entry`, ours is."""
    above = draw(st.lists(st.sampled_from(TOP), max_size=3, unique=True))
    below = draw(st.lists(st.sampled_from(TABLES), max_size=2, unique=True))
    if entry:
        below.insert(draw(st.integers(0, len(below))), draw(st.sampled_from(ENTRIES)))
    elif draw(st.booleans()):
        above.append(draw(st.sampled_from(ABOVE)))
    else:
        below.insert(draw(st.integers(0, len(below))), draw(st.sampled_from(SERVERS)))
    text = "\n".join([*above, *below]) + draw(st.sampled_from(["", "\n", "\n\n", "\n# end"]))
    return text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))
