"""The command line: arguments, one module per command, live progress. The only room that prints."""
