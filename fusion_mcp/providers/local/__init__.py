"""Models that run on this machine: the catalogue of weights, fetching them, and the child process that serves them."""
