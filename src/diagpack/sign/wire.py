"""The SSH wire format: what keys, signatures and agent messages are made of.

Enters: bytes from a key line, a signature or an agent. Leaves: integers and strings, or ValueError on anything that is
cut short or goes on after its end. Source: RFC 4251, section 5.
"""


def string(content: bytes) -> bytes:
    """A length-prefixed string."""
    return len(content).to_bytes(4, "big") + content


def mpint(number: int) -> bytes:
    """A non-negative integer; a leading zero byte where the top bit is set."""
    return string(number.to_bytes((number.bit_length() + 8) // 8, "big") if number else b"")


class Reader:
    """Reads fields in order. Every method raises ValueError when the bytes run out or are not canonical."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0

    def take(self, size: int) -> bytes:
        if size > len(self._content) - self._at:
            raise ValueError("cut short")
        piece = self._content[self._at : self._at + size]
        self._at += size
        return piece

    def uint32(self) -> int:
        return int.from_bytes(self.take(4), "big")

    def uint64(self) -> int:
        return int.from_bytes(self.take(8), "big")

    def string(self) -> bytes:
        return self.take(self.uint32())

    def mpint(self) -> int:
        """A non-negative integer in its shortest form."""
        raw = self.string()
        if raw and raw[0] & 0x80:
            raise ValueError("a negative number")
        if raw and raw[0] == 0 and (len(raw) == 1 or not raw[1] & 0x80):
            raise ValueError("a number with needless zeros")
        return int.from_bytes(raw, "big")

    def end(self) -> None:
        """There must be nothing left."""
        if self._at != len(self._content):
            raise ValueError("bytes after the end")

    @property
    def is_at_end(self) -> bool:
        return self._at == len(self._content)
