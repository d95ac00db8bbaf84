"""Shapes that no finished file may show: the documented form of a credential.

Enters: nothing. Leaves: (name, RE2 pattern, recipe of an example for the tests). A second list on purpose, written
apart from the rule book of the redactor, so that a mistake there cannot hide behind itself. Only shapes that stand for
themselves: a prefix the vendor made unique, or a marker and a fixed length. Bytes, ASCII, linear time.
"""

from typing import Final

_W: Final = "[A-Za-z0-9]"
_U: Final = "[A-Za-z0-9_-]"
_H: Final = "[0-9a-f]"
_UUID: Final = f"{_H}{{8}}-{_H}{{4}}-{_H}{{4}}-{_H}{{4}}-{_H}{{12}}"
_UUID_EXAMPLE: Final = "{hex:8}-{hex:4}-{hex:4}-{hex:4}-{hex:12}"

SHAPES: Final[tuple[tuple[str, str, str], ...]] = (
    ("pem-private-key", r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----", "-----BEGIN EC PRIVATE KEY-----"),
    ("putty-private-key", r"\bPrivate-Lines: [0-9]+(?:\\r|\r)?(?:\\n|\n)[A-Za-z0-9+/]{16}", ""),
    ("age-secret-key", r"\bAGE-SECRET-KEY-1[A-Z0-9]{50}", "AGE-SECRET-KEY-1{bech32:58}"),
    ("aws-access-key", r"\b(?:AKIA|ASIA)[A-Z2-7]{16}\b", "AKIA{b32:16}"),
    ("google-key", rf"\bAIza{_U}{{35}}", "AIza{b64url:35}"),
    ("google-access-token", rf"\bya29\.{_U}{{30}}", "ya29.{b64url:80}"),
    ("google-client-secret", rf"\bGOCSPX-{_U}{{28}}", "GOCSPX-{b64url:28}"),
    ("azure-storage-key", rf"\bAccountKey={_W}[A-Za-z0-9+/]{{85}}==", "AccountKey={b64x:86}=="),
    ("azure-client-secret", rf"\b{_W}{{3}}8Q~[A-Za-z0-9_.~-]{{34}}", "{alnum:3}8Q~{alnum:34}"),
    ("alibaba-key", rf"\bLTAI{_W}{{20}}\b", "LTAI{alnum:20}"),
    ("digitalocean-token", rf"\bdo[opr]_v1_{_H}{{64}}", "dop_v1_{hex:64}"),
    ("github-token", rf"\bgh[pousr]_{_W}{{36}}", "ghp_{alnum:36}"),
    ("github-fine-grained", r"\bgithub_pat_[A-Za-z0-9_]{60}", "github_pat_{alnum:22}_{alnum:59}"),
    ("gitlab-token", rf"\bgl(?:pat|ptt|rt|dt|ft|imt|agent|oas|soat|ffct)-{_U}{{20}}", "glpat-{b64url:20}"),
    ("atlassian-token", r"\bAT[AC]TT3[A-Za-z0-9_=-]{60}", "ATATT3{b64url:180}"),
    ("bitbucket-password", rf"\bATBB{_W}{{32}}\b", "ATBB{alnum:32}"),
    ("npm-token", rf"\bnpm_{_W}{{36}}", "npm_{alnum:36}"),
    ("pypi-token", rf"\bpypi-AgE{_U}{{50}}", "pypi-AgE{b64url:150}"),
    ("rubygems-token", rf"\brubygems_{_H}{{48}}", "rubygems_{hex:48}"),
    ("docker-token", rf"\bdckr_pat_{_U}{{27}}", "dckr_pat_{b64url:27}"),
    ("pulumi-token", rf"\bpul-{_H}{{40}}\b", "pul-{hex:40}"),
    ("terraform-token", rf"\b{_W}{{14}}\.atlasv1\.[A-Za-z0-9_=-]{{60}}", "{alnum:14}.atlasv1.{alnum:67}"),
    ("vault-token", rf"\bhv[sb]\.{_U}{{90}}", "hvs.{b64url:95}"),
    ("doppler-token", rf"\bdp\.(?:pt|st|ct|sa)\.{_W}{{40}}", "dp.pt.{alnum:43}"),
    ("onepassword-token", rf"\bops_eyJ{_W}{{200}}", "ops_eyJ{alnum:250}"),
    ("databricks-token", rf"\bdapi{_H}{{32}}", "dapi{hex:32}"),
    ("planetscale-token", rf"\bpscale_(?:pw|tkn)_{_U}{{32}}", "pscale_pw_{b64url:43}"),
    ("supabase-token", rf"\bsbp_{_H}{{40}}", "sbp_{hex:40}"),
    ("model-provider-key", rf"\bsk-(?:proj-|ant-api03-){_U}{{40}}", "sk-ant-api03-{b64url:93}"),
    ("huggingface-token", r"\bhf_[A-Za-z]{34}\b", "hf_{alpha:34}"),
    ("replicate-token", rf"\br8_{_W}{{37}}\b", "r8_{alnum:37}"),
    ("slack-token", r"\bxox[abeoprs]-[0-9A-Za-z-]{20}", "xoxb-{digit:12}-{digit:12}-{alnum:24}"),
    ("slack-app-token", r"\bxapp-[0-9]-[A-Z0-9]{8,16}-[0-9]{10,14}-[0-9a-f]{60}",
     "xapp-1-{b32:11}-{digit:13}-{hex:64}"),
    ("slack-webhook", rf"hooks\.slack\.com/services/T[A-Z0-9]{{6,12}}/B[A-Z0-9]{{6,12}}/{_W}{{20}}",
     "https://hooks.slack.com/services/T{b32:8}/B{b32:8}/{alnum:24}"),
    ("discord-webhook", rf"discord(?:app)?\.com/api/webhooks/[0-9]{{16,20}}/{_U}{{60}}",
     "https://discord.com/api/webhooks/{digit:18}/{alnum:68}"),
    ("telegram-token", rf"\b[1-9][0-9]{{7,9}}:AA{_U}{{33}}\b", "{digit9:9}:AA{b64url:33}"),
    ("sendgrid-key", rf"\bSG\.{_U}{{22}}\.{_U}{{43}}", "SG.{b64url:22}.{b64url:43}"),
    ("brevo-key", rf"\bxkeysib-{_H}{{64}}-{_W}{{16}}", "xkeysib-{hex:64}-{alnum:16}"),
    ("mailchimp-key", rf"\b{_H}{{32}}-us[0-9]{{1,2}}\b", "{hex:32}-us21"),
    ("stripe-key", r"\b[sr]k_(?:live|test)_[0-9A-Za-z]{24}", "sk_live_{alnum:99}"),
    ("stripe-webhook-secret", rf"\bwhsec_{_W}{{32}}", "whsec_{alnum:32}"),
    ("square-secret", rf"\bsq0csp-{_U}{{43}}", "sq0csp-{b64url:43}"),
    ("shopify-token", r"\bshp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}", "shpat_{hex:32}"),
    ("plaid-token", rf"\baccess-(?:sandbox|development|production)-{_UUID}", f"access-sandbox-{_UUID_EXAMPLE}"),
    ("flutterwave-key", rf"\bFLWSECK(?:_TEST)?-{_H}{{32}}-X", "FLWSECK_TEST-{hex:32}-X"),
    ("easypost-key", rf"\bEZ[AT]K{_W}{{54}}", "EZTK{alnum:54}"),
    ("shippo-token", rf"\bshippo_(?:live|test)_{_H}{{40}}", "shippo_test_{hex:40}"),
    ("hubspot-token", rf"\bpat-(?:na|eu)[0-9]-{_UUID}", f"pat-eu1-{_UUID_EXAMPLE}"),
    ("dropbox-token", rf"\bsl\.u\.{_U}{{100}}", "sl.u.{b64url:160}"),
    ("newrelic-key", r"\bNRAK-[A-Z0-9]{27}\b", "NRAK-{b32:27}"),
    ("sentry-token", rf"\bsntryu_{_H}{{64}}", "sntryu_{hex:64}"),
    ("grafana-token", rf"\bglsa_{_W}{{32}}_{_H}{{8}}", "glsa_{alnum:32}_{hex:8}"),
    ("dynatrace-token", r"\bdt0[a-z][0-9]{2}\.[A-Z0-9]{24}\.[A-Z0-9]{64}", "dt0c01.{b32:24}.{b32:64}"),
    ("linear-key", rf"\blin_api_{_W}{{40}}", "lin_api_{alnum:40}"),
    ("notion-token", rf"\bntn_{_W}{{40}}", "ntn_{alnum:46}"),
    ("figma-token", rf"\bfigd_{_U}{{40}}", "figd_{b64url:40}"),
    ("postman-key", rf"\bPMAK-{_H}{{24}}-{_H}{{34}}", "PMAK-{hex:24}-{hex:34}"),
    ("airtable-token", rf"\bpat{_W}{{14}}\.{_H}{{64}}", "pat{alnum:14}.{hex:64}"),
    ("prefect-key", rf"\bpnu_{_W}{{36}}\b", "pnu_{alnum:36}"),
    ("tailscale-key", rf"\btskey-(?:auth|api|client)-{_W}{{10,20}}-{_W}{{30}}", "tskey-auth-{alnum:17}-{alnum:32}"),
    ("mapbox-secret", rf"\bsk\.eyJ{_U}{{60,}}\.{_U}{{22}}", "sk.eyJ{b64url:80}.{b64url:22}"),
    ("sourcegraph-token", rf"\bsgp_{_H}{{16}}_{_H}{{40}}", "sgp_{hex:16}_{hex:40}"),
    ("okta-token", rf"\bSSWS 00{_U}{{40}}\b", "SSWS 00{b64url:40}"),
    # What follows is also the form of redacted values: the scanner asks whether the last part is a token of the case.
    ("jwt", rf"\beyJ{_U}{{10,}}\.eyJ{_U}{{10,}}\.{_U}{{20,}}", ""),
    ("connection-password",
     r"""\b(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|rediss?|amqps?|mssql|sqlserver|ldaps?|ftps?|sftp|smtps?)"""
     r"""://[A-Za-z0-9._%+-]+:[^\s@"'<>$*{}/\\]{4,}@""",
     "postgres://app:{alnum:16}@db.example/x"),
)  # fmt: skip
# Shapes that stay while their last part is a token of this case, and what stands in front of that part.
TOKENISED: Final = {"jwt": b".", "connection-password": b":"}
