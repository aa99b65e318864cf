"""What agent programs print while they work: one dialect a file, each pure, each a `read(event, told)`."""
