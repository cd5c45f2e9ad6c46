"""What the notebooks import: small modules, each one idea (see each module's first line)."""
