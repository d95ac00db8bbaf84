"""The root cause and its frames are found in the traces of each language."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diagpack.analyze._stack import thrown_in

JAVA = """2026-03-03 10:11:12 ERROR [http-1] OrderController failed
org.example.web.ServletException: wrapped
\tat com.example.web.Filter.doFilter(Filter.java:10)
Caused by: java.sql.SQLTimeoutException: timed out after 30 s
\tat com.example.db.Pool.borrow(Pool.java:42)
\tat com.example.Orders.load(Orders.java:7)
\t... 12 more"""
PYTHON = """2026-03-03 10:11:12 ERROR boom
Traceback (most recent call last):
  File "/srv/app/views.py", line 3, in show
    load()
  File "/srv/app/orders.py", line 9, in load
    raise KeyError("id")
KeyError: 'id'"""
NODE = """TypeError: Cannot read properties of undefined
    at render (/srv/app/view.js:12:7)
    at async Server.handle (node:internal/http:1:1)"""
DOTNET = """System.InvalidOperationException: no sequence
   at Example.Orders.Load(Int32 id) in C:\\src\\Orders.cs:line 7"""
PHP = """PHP Fatal error:  Uncaught RuntimeException: no in /srv/a.php:3
#0 /srv/a.php(9): App\\Orders->load()
#1 {main}"""
GO = """panic: runtime error: index out of range

goroutine 1 [running]:
main.(*Orders).load(0x1, 0x2)
\t/srv/main.go:9"""
RUBY = """NoMethodError: undefined method
app/models/order.rb:7:in `load'
app/controllers/orders.rb:3:in `show'"""


@pytest.mark.parametrize(
    ("text", "name", "message", "frames"),
    [
        (
            JAVA,
            "java.sql.SQLTimeoutException",
            "timed out after 30 s",
            ("com.example.db.Pool.borrow", "com.example.Orders.load"),
        ),
        (PYTHON, "KeyError", "'id'", ("orders.load", "views.show")),
        (NODE, "TypeError", "Cannot read properties of undefined", ("render", "Server.handle")),
        (DOTNET, "System.InvalidOperationException", "no sequence", ("Example.Orders.Load",)),
        (PHP, "RuntimeException", "no in /srv/a.php:3", ("App\\Orders->load",)),
        (GO, "panic", "runtime error: index out of range", ("main.(*Orders).load",)),
        (RUBY, "NoMethodError", "undefined method", ("order.load", "orders.show")),
    ],
)
def test_class_message_and_frames(text: str, name: str, message: str, frames: tuple[str, ...]):
    thrown = thrown_in(text)

    assert thrown is not None
    assert (thrown.name, thrown.message, thrown.frames) == (name, message, frames)


def test_an_exception_named_in_the_message_is_found():
    thrown = thrown_in("2026-03-03 10:11:12 ERROR failed with com.example.QuotaExceededException: 100 of 100")

    assert thrown is not None
    assert (thrown.name, thrown.message) == ("com.example.QuotaExceededException", "100 of 100")


@pytest.mark.parametrize("text", ["", "ERROR connection refused", "no error here", "Error handling is on"])
def test_an_error_without_an_exception_has_none(text: str):
    assert thrown_in(text) is None


@given(st.text(max_size=300))
def test_no_text_makes_it_raise(text: str):
    thrown_in(text)


@pytest.mark.parametrize("unit", ["(", "a.", "A", " ", "\n", "a\\", "#1 ", "    at ", "Caused by: "])
def test_hostile_text_is_read_in_linear_time(unit: str):
    started = time.process_time()

    thrown_in(unit * (65_536 // len(unit)))

    assert time.process_time() - started < 3


def test_a_stack_trace_inside_a_json_record_is_read():
    text = r'{"exception":"\ncom.example.PricingException: by zero\n\tat com.example.Pricing.price(P.java:7)"}'

    thrown = thrown_in(text)

    assert thrown is not None
    assert (thrown.name, thrown.frames) == ("com.example.PricingException", ("com.example.Pricing.price",))
