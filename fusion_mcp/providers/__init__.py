"""Everything that talks to models: a catalogue as data, one dialect as pure functions, one small effectful part."""
