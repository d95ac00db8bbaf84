"""A case on disk: layout, case.yaml, case key, journal, hash-chained audit log, retention."""
