"""Hosts that serve many products and are the product of none of their customers: analytics, advertising, monitoring.

Enters: a host name. Leaves: whether it is one of them, for ranking only. Source: the vendors' own documentation of the
hosts to allow in a content security policy.
"""

from typing import Final

_SITES: Final = frozenset(
    """
    google-analytics.com analytics.google.com googletagmanager.com doubleclick.net googlesyndication.com
    googleadservices.com googletagservices.com googleoptimize.com gvt1.com facebook.net connect.facebook.com
    hotjar.com hotjar.io segment.io segment.com mixpanel.com amplitude.com fullstory.com heapanalytics.com
    heap-api.com nr-data.net newrelic.com datadoghq-browser-agent.com clarity.ms bat.bing.com ads.linkedin.com
    snap.licdn.com ads-twitter.com analytics.twitter.com analytics.tiktok.com criteo.com criteo.net quantserve.com
    scorecardresearch.com optimizely.com pendo.io intercom.io intercomcdn.com cookielaw.org onetrust.com
    cookiebot.com usercentrics.eu adsrvr.org taboola.com outbrain.com bugsnag.com rollbar.com logrocket.io
    logrocket.com lr-ingest.io mouseflow.com crazyegg.com chartbeat.net matomo.cloud plausible.io demdex.net
    omtrdc.net 2o7.net adobedtm.com everesttech.net branch.io appsflyer.com adjust.com braze.com sentry.io
    browser-intake-datadoghq.com browser-intake-datadoghq.eu launchdarkly.com statsigapi.net raygun.io
    """.split()
)


def is_third_party(host: str) -> bool:
    """Whether the host, or a domain it belongs to, is one of these."""
    labels = host.lower().split(".")
    return any(".".join(labels[start:]) in _SITES for start in range(len(labels) - 1))
