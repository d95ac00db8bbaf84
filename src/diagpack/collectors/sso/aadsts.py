"""Error codes of Microsoft Entra (AADSTS), Okta and Google on login pages and in token answers.

The numbers may change; a code is quoted as evidence, with the ids that Microsoft needs to look it up.
Source: MicrosoftDocs/entra-docs, reference-error-codes.md; Okta and Google error references.
"""

import re
from dataclasses import dataclass
from typing import Final

# code: finding id ("" when the code is quoted, but leads to no diagnosis of its own), meaning.
_ROWS = """
50011|oidc.redirect_uri_mismatch|reply URL not registered for the application
700016|saml.idp_error_page|application or entity ID not found in the tenant
650056|saml.idp_error_page|misconfigured application
50105|saml.idp_error_page|user not assigned to the application
75011|saml.status.noauthncontext|authentication context does not match the requested one
750054|saml.idp_error_page|SAMLRequest or SAMLResponse absent from the query
75005|saml.idp_error_page|request is not a supported SAML request
7500529|saml.idp_error_page|request ID is no valid XML ID
75008|saml.idp_error_page|unexpected Destination in the request
75016|saml.status.invalidnameidpolicy|invalid NameIDPolicy
76021|saml.idp_error_page|request unsigned, the application requires signed requests
76026|saml.idp_error_page|request too old
75003|saml.status.unsupportedbinding|unsupported binding
900236|saml.idp_error_page|unsupported property in the request
501241|saml.nameid_missing|source attribute of the NameID is empty for this user
50146|saml.idp_error_page|application-specific signing key missing, expired or not yet valid
50008|saml.idp_error_page|token of the upstream identity provider is bad
5000819|saml.idp_error_page|upstream e-mail claim missing or of the wrong domain
50020|oidc.tenant_wrong|account of another provider is not present in this tenant
50034|oidc.tenant_wrong|account is not in the directory
50126||wrong user name or password
50053||account locked, or sign-in from a suspicious address
50055||password expired
50057||account disabled
50058|oidc.error.login_required|no session for a silent login
50072||MFA enrolment needed
50074||MFA challenge not passed
50076||MFA required by policy
50079||MFA enrolment needed
53000||device not compliant
53001||device not domain-joined
53003||blocked by a Conditional Access policy
530032||blocked by the tenant's security policy
500011||resource principal missing in the tenant
500021||tenant restriction
500022||tenant restriction
65001|oidc.error.consent_required|consent missing
65004|oidc.error.access_denied|consent declined by the user
90094|oidc.error.consent_required|administrator's consent required
70002|oidc.error.invalid_client|client secret does not match
7000215|oidc.error.invalid_client|client secret invalid
7000222|oidc.error.invalid_client|client secret expired
7000218|oidc.error.invalid_client|client secret not sent
700054|oidc.error.unsupported_response_type|response_type id_token not enabled
70008|oidc.error.invalid_grant|refresh token or code expired
700082|oidc.error.invalid_grant|refresh token expired
700084|oidc.error.invalid_grant|refresh token expired (single-page application)
50173|oidc.error.invalid_grant|refresh token revoked, fresh sign-in needed
54005|oidc.code_reused|code already redeemed
50147|oidc.pkce_missing|PKCE challenge missing or of bad size
501481|oidc.pkce_mismatch|PKCE verifier does not match the challenge
501491|oidc.pkce_mismatch|PKCE verifier of bad size
50194|oidc.tenant_wrong|single-tenant application called through /common
9002313||malformed request
90002|oidc.tenant_wrong|tenant name not found
90015|saml.redirect_binding|query string too long
50196|loop|client loop detected
900561||wrong HTTP verb for the endpoint
50061|saml.logout|sign-out request invalid
50068|saml.logout|initiating application is not part of the session
50070|saml.logout|name identifier matches no session
50071|saml.logout|logout request expired
"""
_TABLE: Final = {row.split("|")[0]: (row.split("|")[1], row.split("|")[2]) for row in _ROWS.strip().splitlines()}
_OKTA: Final = {
    "E0000001": "validation failed",
    "E0000004": "authentication failed",
    "E0000005": "session invalid",
    "E0000006": "permission missing",
    "E0000007": "not found",
    "E0000011": "invalid token",
}
_GOOGLE: Final = {
    "app_not_configured_for_user": "no application for this issuer and user",
    "app_not_configured": "no application for this entity ID",
    "app_not_enabled_for_user": "application switched off for this user",
}
_CODE = re.compile(r"AADSTS(\d{4,8})")
_OKTA_CODE = re.compile(r"\bE00000\d\d\b")
_ID = re.compile(
    r"(trace|correlation|request|error)[\s_-]?id[\"']?\s*[:=]\s*[\"']?([0-9a-zA-Z_-]{8,64})", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class VendorError:
    """One code. `id` may be empty; "loop" stands for the loop of whichever protocol it is."""

    code: str
    id: str
    meaning: str
    ids: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.code}: {self.meaning}" + (f" ({', '.join(self.ids)})" if self.ids else "")


def find_errors(text: str) -> list[VendorError]:
    """Vendor codes in a page, an error_description or a token answer, each once."""
    ids = tuple(dict.fromkeys(f"{match[1].lower()} id {match[2]}" for match in _ID.finditer(text)))[:4]
    found = []
    for code in dict.fromkeys(_CODE.findall(text)):
        id, meaning = _TABLE.get(code, ("", "not in our table"))
        found.append(VendorError(f"AADSTS{code}", id, meaning, ids))
    okta = dict.fromkeys(_OKTA_CODE.findall(text))
    found += [VendorError(code, "saml.idp_error_page", _OKTA.get(code, "Okta error"), ids) for code in okta]
    named = next((name for name in _GOOGLE if name in text), None)
    if named:
        found.append(VendorError(named, "saml.idp_error_page", _GOOGLE[named], ids))
    return found
