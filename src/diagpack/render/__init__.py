"""Renderers: one module each, ending in RENDERER. Enters: an escalation. Leaves: files of the package."""
