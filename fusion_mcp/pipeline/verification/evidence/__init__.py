"""What speaks for a claim and against it, pure: quotations, the verdict, and whether a revision is better."""
