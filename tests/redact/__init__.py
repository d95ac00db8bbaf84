"""Redaction room."""
