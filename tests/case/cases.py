"""Builders for the tests of this room."""

from pathlib import Path

from diagpack.case.config import new_case_yaml
from diagpack.case.layout import CaseDir
from diagpack.model.case import case_id


def new_case(root: Path, id: str = "CS-1042") -> CaseDir:
    """A case as `diagpack new` makes it."""
    case = CaseDir(root / "cases", case_id(id))
    case.create()
    case.yaml.write_text(new_case_yaml(id, "sso-saml", title="Login fails"), encoding="utf-8")
    return case


class FakeKeyring:
    """A keyring in memory."""

    def __init__(self) -> None:
        self.entries: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str, /) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str, /) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str, /) -> None:
        del self.entries[service, username]


class NullKeyring(FakeKeyring):
    """Keeps nothing and says nothing, as keyring's null backend does."""

    def set_password(self, service: str, username: str, password: str, /) -> None:
        pass


class BrokenKeyring(FakeKeyring):
    """No backend at all."""

    def get_password(self, service: str, username: str, /) -> str | None:
        raise RuntimeError("no backend")

    def set_password(self, service: str, username: str, password: str, /) -> None:
        raise RuntimeError("no backend")

    def delete_password(self, service: str, username: str, /) -> None:
        raise RuntimeError("no backend")
