"""What a text says, pure: its sentences, and the claims that a verifier takes out of it."""
