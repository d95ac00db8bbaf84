"""Detectors of values with a shape: one module each, ending in DETECTOR."""
