"""Tests of the guided collector."""
