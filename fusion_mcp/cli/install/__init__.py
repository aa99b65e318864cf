"""`install` and `uninstall`: our entry in a client's own configuration, and not a byte besides."""
