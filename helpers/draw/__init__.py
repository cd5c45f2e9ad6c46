"""Four drawings, each a Picture that carries its own words."""
