"""`diagpack setup`: a commented team profile to start from.

Enters: what the command line said. Leaves: one YAML file that `load_profile` accepts, with every other key explained.
"""

import json
from pathlib import Path

from diagpack.errors import UsageError

_TEXT = """schema: diagpack.profile/1
# How this team works. Share it; no secrets belong in here (tokens are read from the environment or the keyring).
name: {name}
language: en                  # of messages to customers: en, de, fr, es, ja

hosts: {hosts}                # hosts of your product; patterns with * are fine
production: []                # hosts where `repro --run` needs --change ID

jira: {jira}
  # issue_type: Bug
  # fields: {{ Team: Identity }}
  # case_url: https://support.example.com/cases/

# keys:
#   signing: {{ key: /path/to/key, principal: you@example.com }}      # or {{ agent: true, principal: … }}
# trust: [allowed_signers]    # files beside this one, or lines
# severity_matrix: matrix.yaml
# checklists: [checklists/billing.yaml]
# policy: [policy.yaml]       # redaction: classes, word lists, names
# known_issues: known-issues.yaml
# queries: queries.yaml       # log engines of your own
# packages: /shared/packages  # earlier packages, to find similar cases
# routing: [{{ when: "severity == 'S1'", project: INC, because: "S1 goes to the incident project" }}]
# retention_days: 30
"""


def write_profile(path: Path, *, site: str, project: str, hosts: tuple[str, ...]) -> None:
    """Raises UsageError (DP921) when the file exists."""
    if path.exists():
        raise UsageError("DP921", "the profile exists", hint="edit it, or name another file with --out")
    jira = {name: value for name, value in (("site", site), ("project", project)) if value}
    lines = "".join(f"\n  {name}: {json.dumps(value)}" for name, value in jira.items())
    text = _TEXT.format(name=json.dumps("our team"), hosts=json.dumps(list(hosts)), jira=lines or "{}")
    path.write_text(text, encoding="utf-8")
