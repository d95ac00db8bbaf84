"""Which hosts belong to the product.

Enters: the hosts that the case names, or a capture to guess from. Leaves: whether a host is first-party, for ranking.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from diagpack.model.exchange import Exchange, host_of
from diagpack.model.third_parties import is_third_party


class Party:
    """Knows which hosts belong to the product.

    `hosts` come from the case (`example.com` covers its subdomains, `*.example.com` too). Without them the sites of
    the pages in the capture are taken, else the site that most calls say they come from: a guess, for ranking only.
    """

    def __init__(self, hosts: Iterable[str] = (), exchanges: Sequence[Exchange] = ()) -> None:
        named = {each.strip().lower().removeprefix("*.") for each in hosts if each.strip()}
        self.is_stated = bool(named)
        self._sites = named or _sites(exchanges)

    def includes(self, host: str) -> bool:
        """Whether the host is first-party; when nothing is known, every host is that does not serve everybody."""
        if not self._sites:
            return not is_third_party(host)
        return any(host == site or host.endswith("." + site) for site in self._sites)


def _sites(exchanges: Sequence[Exchange]) -> set[str]:
    """Sites of pages that are not frames inside another page, which often are advertisements."""
    pages = [each for each in exchanges if each.is_document and each.host and not is_third_party(each.host)]
    whole = [each for each in pages if each.request_header("sec-fetch-dest") not in ("iframe", "frame")]
    if pages:
        return {site_of(each.host) for each in whole or pages}
    came_from = Counter(
        site_of(host_of(each.request_header("origin") or each.request_header("referer"))) for each in exchanges
    )
    del came_from[""]
    return {came_from.most_common(1)[0][0]} if came_from else set()


def site_of(host: str) -> str:
    """The last two labels of a host name, three under `co.uk`-like suffixes. A guess, good enough for ranking."""
    labels = host.split(".")
    if host.replace(".", "").isdigit() or ":" in host or len(labels) < 3:
        return host
    count = 3 if len(labels[-1]) == 2 and labels[-2] in ("co", "com", "ac", "gov", "org", "net", "edu") else 2
    return ".".join(labels[-count:])
