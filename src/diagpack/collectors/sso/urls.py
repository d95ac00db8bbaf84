"""URLs for people: compared in words, quoted without query."""

from urllib.parse import SplitResult, urlsplit


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def bare(url: str) -> str:
    """The URL without user, query and fragment; other text (an entity ID that is a URN) unchanged."""
    parts = _split(url)
    if parts is None:
        return "unreadable URL"
    if not parts.scheme or not parts.netloc:
        return url.split("?", 1)[0]
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def host(url: str) -> str:
    """Host and port in lower case; empty when there is none."""
    parts = _split(url)
    return parts.netloc.rpartition("@")[2].lower() if parts else ""


def scheme(url: str) -> str:
    """Scheme in lower case."""
    parts = _split(url)
    return parts.scheme.lower() if parts else ""


def differences(one: str, other: str) -> tuple[str, ...]:
    """In which parts two addresses or entity IDs differ, in words."""
    if one == other:
        return ()
    if one.strip() == other.strip():
        return ("blanks at an end",)
    if one.rstrip("/") == other.rstrip("/"):
        return ("trailing slash",)
    if one.lower() == other.lower():
        return ("upper and lower case",)
    left, right = _split(one), _split(other)
    if left is None or right is None or not (left.netloc and right.netloc):
        return ("placeholder not filled in",) if "{" in one or "{" in other else ("value",)
    found = []
    for name, a, b in (
        ("scheme", left.scheme, right.scheme),
        ("host", left.hostname, right.hostname),
        ("port", left.port, right.port),
        ("path", left.path.rstrip("/"), right.path.rstrip("/")),
        ("query", left.query, right.query),
        ("fragment", left.fragment, right.fragment),
    ):
        if a != b:
            found.append(name if str(a).lower() != str(b).lower() else f"{name} (upper and lower case)")
    if left.path != right.path and left.path.rstrip("/") == right.path.rstrip("/"):
        found.append("trailing slash")
    return tuple(found) or ("spelling",)


def closest(value: str, candidates: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
    """The candidate with the fewest differences, and these."""
    best = min(candidates, key=lambda each: (len(differences(value, each)), each))
    return best, differences(value, best)
