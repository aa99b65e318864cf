"""The first step: what is asked of which configuration, what that may cost, and asking it through the engine."""
