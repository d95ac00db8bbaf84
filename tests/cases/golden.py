"""Golden files of the ticket bodies, under tests/cases/golden.

Run the tests with DIAGPACK_UPDATE_GOLDEN=1 to write them again, then read the difference before committing it.
"""

import os
from pathlib import Path

_FOLDER = Path(__file__).parent / "golden"


def assert_golden(name: str, content: bytes) -> None:
    """Compare with the kept file of this name."""
    path = _FOLDER / name
    if os.environ.get("DIAGPACK_UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    assert content.decode() == path.read_text("utf-8")
