"""Golden files: what the realistic case renders to, kept under tests/data/render.

Run the tests with DIAGPACK_UPDATE_GOLDEN=1 to write them again, then read the difference before committing it.
"""

import os
from pathlib import Path

_FOLDER = Path(__file__).parents[1] / "data" / "render"


def assert_golden(name: str, content: bytes) -> None:
    """Compare with the kept file of this name."""
    path = _FOLDER / name
    if os.environ.get("DIAGPACK_UPDATE_GOLDEN"):
        path.write_bytes(content)
    assert content.decode() == path.read_bytes().decode()
