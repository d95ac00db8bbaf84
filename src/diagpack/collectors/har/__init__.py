"""HAR captures. Enters: what browsers and proxies export. Leaves: a slimmed, valid HAR 1.2 and its facts."""

from diagpack.collectors.har.collector import COLLECTOR

__all__ = ["COLLECTOR"]
