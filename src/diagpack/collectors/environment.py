"""The customer's side, as the HAR shows it: browser, operating system, proxy, protocols, time zone, extensions.

Enters: a HAR artifact read again. Leaves: one `environment` artifact, JSON: each fact `{value, refs}`. Nothing is
guessed: a fact that the HAR does not show is absent.
"""

import json
from collections.abc import Iterator
from typing import Final

from diagpack.collectors._environment_facts import facts_of
from diagpack.errors import CollectError
from diagpack.model.collector import CollectContext, Collector
from diagpack.model.raw import RawArtifact, Source


class Environment:
    """Facts about the client, derived from each HAR."""

    id: Final = "environment"
    needs: Final = ("har",)
    provides: Final = ("environment",)
    derives_from: Final = ("har",)

    def recognise(self, head: bytes, name: str) -> float:
        """Nothing that is given is an environment; it is derived."""
        return 0.0

    def collect(self, source: Source, ctx: CollectContext) -> Iterator[RawArtifact]:
        """Raises CollectError (DP152) when the HAR cannot be read."""
        artifact = source.origin if "-" in source.origin else source.label
        with source.open_raw() as stream:
            try:
                facts = facts_of(stream, artifact)
            except Exception:  # the parser's own message would hold the document
                raise CollectError("DP152", "the environment could not be read from the HAR") from None
        if facts:
            yield ctx.store(
                source,
                kind="environment",
                media_type="application/json",
                folder="env",
                suffix=".json",
                content=[json.dumps(facts, indent=1).encode()],
                facts={"names": sorted(facts)},
            )


COLLECTOR: Final[Collector] = Environment()
