"""Pages: what a class, a label, a heading or the title says about a text."""

import pytest

from diagpack.redact.structure import redact_structure
from diagpack.redact.walk_page import redact_page
from tests.redact.planting import engine


def shown(page: str) -> str:
    return redact_page(engine(), page)


@pytest.mark.parametrize(
    "page",
    [
        '<span class="username">canaryjo</span>',
        '<div id="user-name" class="x">Canary Person</div>',
        "<b itemprop='telephone'>+49 151 canary0</b>",
        "<dl><dt>First name</dt><dd>Canary</dd></dl>",
        "<tr><th scope=row>Last name:</th> <td><b>Canaryson</b></td></tr>",
        "<label for=x>Last name:</label> <b>Canaryson</b>",
        "<table><tr><th>Name</th><th>E-mail</th><th>API key</th></tr>"
        "<tr><td><a href=/u/7>Canary Person</a></td><td>canary@example.com</td><td>canary7x9K2mQ4</td></tr></table>",
        "<title>Inbox - Anna Johnson-Canary</title>",
        '<span class="full-name">O&#x27;Canary &amp; Co</span>',
    ],
)
def test_a_text_goes_where_the_page_says_what_it_is(page: str) -> None:
    assert "anary" not in shown(page)
    assert shown(page).count("<") == page.count("<")


@pytest.mark.parametrize(
    "page",
    [
        '<span class="token string">canary</span><span class="name function">f</span>',
        "<table><tr><th>Method</th><th>Status</th></tr><tr><td>GET</td><td>500</td></tr></table>",
        "<table><tr><td>Order</td><td>42</td></tr></table><p>user</p><p>Settings</p>",
        "<dt>Status</dt><dd>open</dd><b>Total</b>: <span>12</span>",
        "<title>Order 42 - Shop</title>",
        "<td>a</td></table><th>Name</th>",
    ],
)
def test_what_says_nothing_about_a_person_stays(page: str) -> None:
    assert shown(page) == page


def test_a_page_is_read_once_however_it_is_broken() -> None:
    page = "<table><tr><th>Name<td>" * 20_000

    assert len(shown(page)) >= len(page)


@pytest.mark.parametrize(
    ("markup", "stays"),
    [
        ("<html><body><input type=password id=p value='canaryword'></body></html>", "type=password"),
        ("<params><member><name>passwd</name><value><i4>canaryword</i4></value></member></params>", "<i4>dp-"),
        ("<plist><key>firstName</key><string>Canary</string><key>p</key><string>two</string></plist>", "<string>two<"),
        ("<c><property><name>db.password</name><value>canaryword</value></property></c>", "<name>db.password<"),
        ("<c><customer><City>Canarytown</City></customer></c>", "<City>dp-address-"),
        ("<html><body><p>Welcome back, Canary Person!</p></body></html>", "Welcome back, dp-name-"),
        ("<html><head><meta name='user-login' content='canaryjo'></head></html>", "content='dp-user-"),
    ],
)  # fmt: skip
def test_markup_names_a_value_in_an_element_beside_it(markup: str, stays: str) -> None:
    out = redact_structure(engine(), markup, "")

    assert out is not None
    assert "anary" not in out
    assert stays in out
