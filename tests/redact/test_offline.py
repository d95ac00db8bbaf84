"""Importing the text engine opens no socket, not even to ask whether IPv6 works."""

import socket
import subprocess
import sys

from diagpack.redact.offline import no_probe

SCRIPT = """
import sys
opened = []
sys.addaudithook(lambda event, arguments: opened.append(event) if event.startswith("socket.") else None)
from diagpack.redact.scanners import CaseScanner
from diagpack.redact.detect import TextDetectors
CaseScanner(TextDetectors.load())
assert "presidio_analyzer" in sys.modules
print(opened)
"""


def test_loading_the_text_engine_touches_no_socket() -> None:
    result = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)

    assert result.stdout.strip() == "[]"


def test_the_answer_of_the_machine_comes_back() -> None:
    before = socket.has_ipv6
    with no_probe():
        assert not socket.has_ipv6
    assert socket.has_ipv6 == before
