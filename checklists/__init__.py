"""Checklists: one YAML file per kind of problem; shipped in the wheel as `diagpack.checklists`."""
