"""Tests of the sign room."""
