"""What calls have taught about providers and models, and so who is called or left alone. No call is made here."""
