"""README.txt: what the package is and how to verify it with tools every engineer has.

Enters: the ids of an escalation. Leaves: plain ASCII text.
"""

from collections.abc import Iterator
from typing import Final

from diagpack.model.escalation import Escalation, Renderer
from diagpack.model.package import NAMESPACE, SIGNATURE, SUMS

_TEXT: Final = """\
{id}
{line}
A signed, redacted escalation package for support case {case}, made by diagpack.

  report.html       start here: opens in any browser, offline, needs no network
  report.md         the same in text            ticket.md     what the ticket says
  evidence/         the redacted evidence        timeline.jsonl   every event on one clock
  repro/            the failing call to run again; secrets are $VARIABLES (when there is one)
  manifest.json     what was collected, what was not and why      run.json   who made it, when
  redaction/        how much was replaced, by class and file; never a value

Secrets and personal data were replaced before anything was written here. Equal values have equal
placeholders (dp-email-...) in every file. Request IDs, times, status codes and versions are real.

VERIFY

With diagpack:

  diagpack verify {id}.zip

Without diagpack, in four commands. TRUST is the full path of your team's own list of signers (ssh
"allowed_signers" format). Never take it from a package.

  unzip -q {id}.zip && cd {id}
  ssh-keygen -Y verify -f TRUST -n {namespace} -s {signature} \\
    -I "$(ssh-keygen -Y find-principals -s {signature} -f TRUST)" < {sums}
  sha256sum -c --quiet --strict {sums}
  diff <(sed 's/^[0-9a-f]*  //' {sums} | sort) \\
    <(find . ! -type d | sed 's|^\\./||' | grep -vxE '{sums}(\\.sig(\\.tsr)?)?' | sort)

1 unpacks. 2 says who signed the list of digests. 3 compares every file with its digest. 4 prints any
file that is on disk but not in the list, or the other way round: nothing printed means none
(sha256sum alone does not see extra files). Line 4 needs bash or zsh.

  macOS:    shasum -a 256 -c {sums}   instead of line 3

  Windows (PowerShell), the same four:
    Expand-Archive {id}.zip . ; cd {id}
    cmd /c "ssh-keygen -Y find-principals -s {signature} -f TRUST"
    cmd /c "ssh-keygen -Y verify -f TRUST -I SIGNER -n {namespace} -s {signature} < {sums}"
    gc {sums} | % {{ $h,$p = $_ -split '  ',2; if ((Get-FileHash -LiteralPath $p).Hash -ne $h) {{ "CHANGED $p" }} }}
    $l = gc {sums} | % {{ ($_ -split '  ',2)[1] }}
    gci -r -file | % {{ (Resolve-Path -Relative -LiteralPath $_.FullName).Substring(2) -replace '\\\\','/' }} |
      ? {{ $_ -notin $l -and $_ -notin '{sums}','{signature}','{signature}.tsr' }}

Anything printed by the last three lines is a difference.
"""


class _Readme:
    id = "readme"

    def render(self, escalation: Escalation) -> Iterator[tuple[str, bytes]]:
        text = _TEXT.format(
            id=escalation.package_id,
            line="=" * len(escalation.package_id),
            case=escalation.case_id,
            namespace=NAMESPACE,
            signature=SIGNATURE,
            sums=SUMS,
        )
        yield "README.txt", text.encode("ascii")


RENDERER: Final[Renderer] = _Readme()
