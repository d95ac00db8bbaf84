"""The nouns every room shares: standard library only, no I/O beyond opening an artifact's own file."""
