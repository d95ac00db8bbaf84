"""The `case.yaml` that `diagpack new` writes: every part an analyst may fill in, with a comment that says how.

Enters: id, checklist, title, language. Leaves: YAML text that `load_case` reads.
"""

from diagpack.case.migrate import SCHEMA
from diagpack.case.yaml_text import dump

_TEXT = """\
# The case as diagpack knows it. Edit freely; `diagpack collect {id}` reads it each time.
# Free text in here is evidence: it is redacted before it reaches a package.
schema: {schema}
id: {id}
title: {title}
checklist: {checklist}
language: {language}

# The customer's time zone, for times without one: a name (Europe/Berlin) or an offset (+02:00).
zone: UTC

# When it happened, for example 2026-11-20T09:30 (in `zone`) or 2026-11-20T08:30:00Z.
window:
  start:
  end:

# What decides the severity. Leave out what you do not know.
severity:
  function:        # lost, degraded, fine
  workaround:      # none, painful, yes
  scope:           # all, many, some, one
  tenants:         # how many tenants are affected
  users:           # how many users
  users_share:     # or which share of them, 0 to 1
  data_loss:       # true, false
  security:        # true, false
  trend:           # worse, stable, better
  deadline:        # a date the customer named
  tier:            # the customer's plan
  override:        # another level than the matrix gives: {{level: S2, reason: why}}

# Where it happened. `hosts` are the hosts of the product; `production` are those no repro may touch.
environment:
  product_version:
  region:
  tenant:
  browser:
  os:
  hosts: []
  production: []

# What the customer expects, what happens instead, and answers to checklist questions by item id.
answers:
  expected:
  actual:
  steps: []
  tried: []
  reproducibility: # always, sometimes, once
  impact:
  ask:             # what you ask of engineering
  needed_by:

# Names that must not leave: people, companies, their mail domains. They are replaced wherever they stand.
people: []
companies: []
domains: []

# Identifiers of yours that engineering needs and that may stay (tenant ids, plan names).
vendor_ids: []

# Request or trace IDs the customer gave you; logs are searched for them.
request_ids: []

# Checklist items you decided not to collect, with the reason:  item-id: reason
skipped: {{}}

# Artifacts to leave out, with the reason:  har-1: reason
withheld: {{}}

# Pictures approved one by one (text in pictures is not redacted).
approved_images: []

# Words to replace everywhere, and words to let stay, each with a reason (diagpack review writes them too).
# words:
#   hide: [{{word: , reason: }}]
#   keep: [{{word: , reason: }}]

# A spaCy model on this machine for names in prose, by name or folder (collect --ner writes it).
# ner:

# Regions of approved pictures to overwrite, [x, y, width, height] in pixels.
# images:
#   black_out: {{source-3: [[10, 20, 300, 40]]}}

# What the single sign-on should be, to compare with what was seen.
# sso:
#   sp_entity_id:
#   acs_urls: []
#   idp_entity_id:
#   tolerance_seconds: 60
"""


def new_case_yaml(id: str, checklist: str, *, title: str = "", language: str = "en") -> str:
    """The text of a new case file."""
    return _TEXT.format(
        schema=SCHEMA, id=dump(id), title=dump(title), checklist=dump(checklist), language=dump(language)
    ).replace(f"collect {dump(id)}", f"collect {id}", 1)
