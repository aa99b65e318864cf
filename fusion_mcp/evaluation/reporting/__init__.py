"""The third step: what the grades come to, as Markdown and as one HTML page."""
