"""diagpack: evidence in, one signed, redacted, reproducible escalation package out."""

__all__ = ["__version__"]


def __getattr__(name: str) -> str:
    # Reading the distribution's metadata costs milliseconds that `--help` does not need.
    if name == "__version__":
        from importlib import metadata

        return metadata.version("diagpack")
    raise AttributeError(name)
