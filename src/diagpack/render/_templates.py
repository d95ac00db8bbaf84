"""The HTML templates: everything is escaped, nothing undefined passes, hostile characters are shown.

Enters: a template name and values. Leaves: HTML. Strings are escaped by Jinja2 (autoescape) after `visible` showed
what could act, so no template can forget either.
"""

from importlib import resources
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from diagpack.render._visible import visible

_FOLDER: Final = "templates"


def environment() -> Environment:
    """A fresh environment over the templates of this room."""
    return Environment(
        loader=PackageLoader("diagpack.render", _FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalized,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )


def static(name: str) -> str:
    """A stylesheet or script of this room, as it stands in the page."""
    return (resources.files("diagpack.render") / _FOLDER / name).read_text("utf-8").replace("\r\n", "\n")


def _finalized(value: Any) -> Any:
    # Markup comes from templates and macros only; everything else may be evidence.
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value
