"""Files of tasks: JSON Lines as the common tools write them, read as tasks; and the sets that ship."""
