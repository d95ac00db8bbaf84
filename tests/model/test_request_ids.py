"""One ID in every spelling that another system may have written."""

from diagpack.model.request_ids import is_id_field, is_id_header, low_half, spellings, trace_id_of

UUID = "7f3a9c52-0b1d-4e7e-9d53-2c8f6a4b1e90"


def test_headers_are_known_in_any_case() -> None:
    assert is_id_header("X-Request-Id")
    assert is_id_header("CF-RAY")
    assert not is_id_header("Authorization")


def test_field_names_are_known_with_any_separator() -> None:
    for name in ("requestId", "request_id", "request-id", "trace.id", "dd.trace_id"):
        assert is_id_field(name)
    assert not is_id_field("password")


def test_a_uuid_is_found_without_dashes_and_in_upper_case() -> None:
    forms = spellings(UUID)

    assert forms[0] == UUID
    assert UUID.replace("-", "") in forms
    assert UUID.upper() in forms


def test_datadog_writes_the_low_half_in_decimal() -> None:
    assert str(0xA3CE929D0E0E4736) in spellings("4bf92f3577b34da6a3ce929d0e0e4736")


def test_a_traceparent_gives_its_trace_id() -> None:
    text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    assert trace_id_of(text) == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert "4bf92f3577b34da6a3ce929d0e0e4736" in spellings(text)
    assert trace_id_of("nothing") is None


def test_datadogs_decimal_and_sixteen_digits_are_one_id() -> None:
    assert "a3ce929d0e0e4736" in spellings(str(0xA3CE929D0E0E4736))
    assert str(0xA3CE929D0E0E4736) in spellings("a3ce929d0e0e4736")
    assert spellings("99999999999999999999") == ("99999999999999999999",)
    assert low_half("4bf92f3577b34da6a3ce929d0e0e4736") == "a3ce929d0e0e4736"
    assert low_half("a3ce929d0e0e4736") == ""


def test_an_xray_id_is_a_trace_id_too() -> None:
    assert "5759e988bd862e3fe1be46a994272793" in spellings("1-5759e988-bd862e3fe1be46a994272793")
