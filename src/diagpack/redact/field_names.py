"""Names of fields that programs and page builders compose: `ctl00$Main$txtUser`, `loginForm:pass`, `adminPass`.

Enters: a name as written. Leaves: the part that says what the field holds.
"""

from typing import Final

from diagpack.redact.rulebook import words_of

_PARTS: Final = str.maketrans("[:$/", "....", "]")
# What the first word may say about the widget instead of its content.
_WIDGETS: Final = frozenset(
    "txt tb tbx txb text textbox inp input fld field edt edit frm form hid hdn hidden hf tf ddl cbo ctl".split()
)
_PASSWORDS: Final = frozenset({"pass", "pw", "psk", "passwd", "pwd"})
# `first_pass`, `tests_pass`, `lowPass`: passes of another kind.
_NO_PASSWORDS: Final = frozenset(
    "by first second third last next low high band render multi single two one all test tests check checks num".split()
)


def last_part(name: str) -> str:
    """The last part of a path of names: `pin` of `user[pin]`, `pass` of `loginForm:pass`."""
    return name.translate(_PARTS).strip(".").rpartition(".")[2]


def of_widget(name: str) -> str:
    """What is left without the words for a widget, in lower case: `user` of `txtUser`. Empty when there are none."""
    words = words_of(name)
    first = 0
    while first < len(words) and words[first] in _WIDGETS:
        first += 1
    return "".join(words[first:]) if first else ""


def is_password_of(name: str) -> bool:
    """Whether a name of two words or more is one for a password: `adminPass`, `db_pw`."""
    words = words_of(name)
    return len(words) > 1 and words[-1] in _PASSWORDS and words[-2] not in _NO_PASSWORDS


def is_auth_of(name: str) -> bool:
    """Whether it may hold what authenticates: `basicAuth`, `x_auth`; as often it says how."""
    words = words_of(name)
    return len(words) > 1 and words[-1] == "auth"
