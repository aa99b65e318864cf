"""How fast we are: ratios measured in one run on one machine, beside bare references. `scripts/bench.py` starts it."""
