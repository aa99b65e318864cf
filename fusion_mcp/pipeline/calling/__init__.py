"""How a model is called on behalf of a stage: billed, kept, asked to mend, with tools, or another in its place."""
