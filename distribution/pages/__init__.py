"""What documentation pages say that the program knows better: what may be configured, and what panels cost."""
