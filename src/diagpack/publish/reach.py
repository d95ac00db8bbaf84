"""Whether a configured Jira answers and knows us; for `doctor --online`.

Enters: the profile's `jira` section. Leaves: yes or no, and one sentence.
"""

import time
from collections.abc import Mapping
from typing import Any

from diagpack.errors import DiagpackError
from diagpack.publish._client import JiraClient
from diagpack.publish._preflight import detect_cloud
from diagpack.publish._settings import JiraSettings


def reach(jira: Mapping[str, Any]) -> tuple[bool, str]:
    """Two reads, no write."""
    try:
        settings = JiraSettings.read(jira)
        with JiraClient(settings, sleep=lambda seconds: time.sleep(min(seconds, 1.0))) as client:
            is_cloud = detect_cloud(client, settings)
            client.api = "/rest/api/3" if is_cloud else "/rest/api/2"
            client.get("/myself")
    except DiagpackError as problem:
        return False, problem.message
    return True, f"{settings.site} ({'Cloud' if is_cloud else 'Data Center'}), signed in"
