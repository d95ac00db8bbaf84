"""Tests mirror src/diagpack: one file per module, sentences about behaviour."""
