"""Hostile end-to-end: what an attacker, a clumsy customer or a failing machine does to the whole program."""
