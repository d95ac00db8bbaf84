"""The readiness rules that warn: W01 to W15.

Enters: a `LintView`. Leaves: from each rule what is not met, in one line, or an empty text.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

from diagpack.assess import wording
from diagpack.assess.lint_view import LintView
from diagpack.model.assessment import ItemStatus

_ADDRESS: Final = re.compile(r"https?://[^\s<>\"')\]]{3,500}", re.ASCII)
_SEVERE: Final = ("S1", "S2")


def w01(view: LintView) -> str:
    stated = view.section("severity").get("workaround") or view.answer("workaround")
    return "" if stated else "no word on a workaround (`none known` is fine)"


def w02(view: LintView) -> str:
    tried = view.section("answers").get("tried")
    entries = tried if isinstance(tried, list | tuple) else [tried] if tried else []
    if not entries:
        return "nothing was tried"
    bare = [each for each in entries if isinstance(each, Mapping) and not each.get("result")]
    return f"{len(bare)} of {len(entries)} attempts have no result" if bare else ""


def w03(view: LintView) -> str:
    searched = view.answer("duplicates_searched") or view.assessment.extra.get("searched")
    return "" if searched else "no search for duplicates is recorded"


def w04(view: LintView) -> str:
    return "" if view.assessment.works else "no comparison with something that works"


def w05(view: LintView) -> str:
    return _words("vague words without a number", [word for each in view.written() for word in wording.vague(each)])


def w06(view: LintView) -> str:
    kinds = [kind for each in view.written() for kind in wording.closed_links(each)]
    return _words("links that engineers cannot open or that expire", kinds)


def w07(view: LintView) -> str:
    captions = view.section("answers").get("captions")
    captions = captions if isinstance(captions, Mapping) else {}
    bare = [
        each.id for each in view.evidence.of_kind("image") if not (each.facts.get("caption") or captions.get(each.id))
    ]
    return f"no caption: {', '.join(bare)}" if bare else ""


def w08(view: LintView) -> str:
    window = view.window()
    times = [each.at for each in view.exchanges if each.at and not each.is_replay]
    if window is None or not times or any(window[0] <= each <= window[1] for each in times):
        return ""
    return f"the recording ({min(times):%Y-%m-%d %H:%M} to {max(times):%H:%M} UTC) lies outside the stated window"


def w09(view: LintView) -> str:
    """Addresses in the steps must come in the order in which the recording visits them."""
    visited: dict[str, int] = {}
    for position, each in enumerate(view.exchanges):
        visited.setdefault(each.path.rstrip("/"), position)
    paths = [_path(address) for step in view.assessment.steps for address in _ADDRESS.findall(step.text)]
    order = [visited[path] for path in dict.fromkeys(paths) if path in visited]
    return "" if order == sorted(order) else "the steps visit addresses in another order than the recording"


def w10(view: LintView) -> str:
    return "" if view.answer("next_update") else "the customer's next update is not scheduled"


def w11(view: LintView) -> str:
    owner = view.answer("assignee") or view.case.get("incident")
    if view.assessment.severity.level not in _SEVERE or owner:
        return ""
    return f"{view.assessment.severity.level} without an assignee or incident"


def w12(view: LintView) -> str:
    return _words(
        "speculation without evidence", [word for each in view.written() for word in wording.speculation(each)]
    )


def w13(view: LintView) -> str:
    return _words("words of blame", [word for each in view.written() for word in wording.blame(each)])


def w14(view: LintView) -> str:
    return _words("promises", [word for each in view.written() for word in wording.promises(each)])


def w15(view: LintView) -> str:
    missing = [
        each.item
        for each in view.assessment.items
        if each.is_required and each.status in (ItemStatus.MISSING, ItemStatus.PARTLY)
    ]
    return f"open: {', '.join(missing)}" if missing else ""


def _words(what: str, found: list[str]) -> str:
    """The words come from our own list, so they may be named."""
    return f"{what}: {', '.join(dict.fromkeys(found))}" if found else ""


def _path(address: str) -> str:
    try:
        return urlsplit(address).path.rstrip("/")
    except ValueError:
        return address


WARNINGS: Final[Mapping[str, Callable[[LintView], str]]] = {
    "W01": w01,
    "W02": w02,
    "W03": w03,
    "W04": w04,
    "W05": w05,
    "W06": w06,
    "W07": w07,
    "W08": w08,
    "W09": w09,
    "W10": w10,
    "W11": w11,
    "W12": w12,
    "W13": w13,
    "W14": w14,
    "W15": w15,
}
