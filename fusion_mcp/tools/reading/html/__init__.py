"""HTML to what it says: parsed as a browser does, without what is hidden, and without the site around the text."""
