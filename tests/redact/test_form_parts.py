"""Parts of a multipart form in the middle of a text."""

import pytest

from diagpack.redact.blocks.form_parts import part_values
from tests.redact.planting import POLICY


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('form-data; name="password"\r\n\r\ncanary1\r\n--b--', ["canary1"]),
        ("form-data; name=password\n\ncanary1\n--b", ["canary1"]),
        (
            'form-data; name="token"; filename="t.pem"\r\nContent-Type: text/plain\r\n\r\nca\r\nnary1\r\n--b',
            ["ca\r\nnary1"],
        ),
        ("form-data; name=&quot;password&quot;\r\n\r\ncanary1\r\n--b", ["canary1"]),
        ('form-data; name="password"\r\n\r\ncanary1 cut off', ["canary1 cut off"]),
        ('form-data; name="title"\r\n\r\nquarterly report\r\n--b', []),
        ('form-data; name="password"\r\n--b', []),
    ],
)
def test_the_content_of_a_part_with_a_sensitive_name_is_found(text: str, found: list[str]) -> None:
    data = text.encode()

    assert [data[start:end].decode() for start, end, _ in part_values(POLICY, data)] == found
