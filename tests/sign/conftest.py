"""A slow machine is no reason for a property to fail."""

from hypothesis import settings

settings.register_profile("diagpack", deadline=None)
settings.load_profile("diagpack")
