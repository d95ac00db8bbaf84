"""Completeness, disposition, severity, readiness, timeline, signature.

Enters: redacted evidence and findings. Leaves: an assessment.
"""
