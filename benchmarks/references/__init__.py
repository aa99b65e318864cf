"""The least that could do the same: what our figures are divided by. Each is a program of its own."""
