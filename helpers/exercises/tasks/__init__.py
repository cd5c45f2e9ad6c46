"""The exercises of the course, a folder each: `t06_1` is 06.1."""
