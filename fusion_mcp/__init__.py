"""fusion-mcp: a panel of models answers, a judge compares them, one honest answer comes back."""

__version__ = "0.1.0"
