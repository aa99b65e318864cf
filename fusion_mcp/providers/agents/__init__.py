"""Agent programs as models: their command, their events, and the process that keeps them within bounds."""
