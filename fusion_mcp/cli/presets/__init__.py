"""`presets`: lists and shows them, exports one, imports one."""
