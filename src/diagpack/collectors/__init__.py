"""Collectors: one module (or package) per format, each ending in COLLECTOR. Enters: sources. Leaves: raw artifacts."""
