"""Amazon States Language: load a definition, walk its states, say what is wrong with it."""
