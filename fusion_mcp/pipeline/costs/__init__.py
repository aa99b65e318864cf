"""What a run may cost at most, and how its money is shared out, pure: settled before any is spent."""
