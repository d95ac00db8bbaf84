// The sign-in messages of a recording, looked at before they are redacted. Enters: HAR entries and the facts of the
// recording. Leaves: checks {id, level, data}, the same as script/saml.py gives. Facts: OASIS SAML 2.0 core 2.5, 3.2 and
// profiles 4.1.4; certificates: RFC 5280, 4.1.2.5.
"use strict";

const SamlChecks = (() => {
  const check = (id, level, data = {}) => ({ id, level, data });
  const NAMED = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  const plain = (text) => text.replace(/&(lt|gt|quot|apos|amp);/g, (_, name) => NAMED[name]);
  const strip = (text) => text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
  const dateOf = (text) => { const at = text ? Date.parse(text) : NaN; return Number.isNaN(at) ? null : at; };
  const place = (url) => url.split("?")[0].split("#")[0];

  // All start tags of one name, whatever their prefix: the text of their attributes.
  const tags = (xml, name) => [...xml.matchAll(new RegExp(`<(?:[A-Za-z0-9_.-]+:)?${name}((?:[ \\t\\r\\n][^>]*)?)>`, "g"))].map((each) => each[1]);
  const texts = (xml, name) => [...xml.matchAll(new RegExp(`<(?:[A-Za-z0-9_.-]+:)?${name}(?:[ \\t\\r\\n][^>]*)?>([^<]*)<`, "g"))].map((each) => strip(plain(each[1])));

  function attribute(tag, name) {
    const found = new RegExp(`[ \\t\\r\\n]${name}[ \\t]*=[ \\t]*(?:"([^"]*)"|'([^']*)')`).exec(tag || "");
    return found ? plain(found[1] ?? found[2]) : "";
  }

  function decoded(value) {
    const run = (GuideWords.unquote(value, false) ?? value).replace(/[ \t\r\n]/g, "");
    const bytes = Packing.unbase64(run);
    if (!bytes) return null;
    const inside = /^[\xef\xbb\xbf \t\r\n]*</.test(bytes) ? bytes : Packing.inflateRaw(bytes);
    const xml = inside === null ? null : Packing.toText(inside);
    return xml !== null && /^[\ufeff \t\r\n]*</.test(xml) ? xml : null;
  }

  // Every SAMLRequest and SAMLResponse with the entry that carried it; `xml` is null where it cannot be read.
  function messages(entries) {
    const found = [];
    for (const entry of entries) {
      const url = String(entry.request.url);
      const post = entry.request.postData || {};
      const params = (Array.isArray(post.params) ? post.params : []).filter((each) => each && typeof each === "object");
      for (const kind of ["SAMLRequest", "SAMLResponse"]) {
        const named = params.find((each) => each.name === kind && typeof each.value === "string");
        const sent = new RegExp(`(?:^|&)${kind}=([^&]+)`).exec(typeof post.text === "string" ? post.text : "");
        const asked = new RegExp(`[?&]${kind}=([^&#]+)`).exec(url);
        const value = named ? named.value : sent ? sent[1] : asked ? asked[1] : "";
        if (value) found.push({ kind, xml: decoded(value), entry, url });
      }
    }
    return found;
  }

  // What the service asked for, as far as the recording shows it.
  function asked(listed) {
    const requests = listed.filter((each) => each.kind === "SAMLRequest" && each.xml !== null);
    const heads = requests.map((each) => tags(each.xml, "AuthnRequest")[0]);
    return {
      ids: heads.map((head) => attribute(head, "ID")).filter(Boolean),
      issuers: requests.map((each) => texts(each.xml, "Issuer")[0]).filter(Boolean),
      answer_to: heads.map((head) => attribute(head, "AssertionConsumerServiceURL")).find(Boolean) || "",
      hosts: requests.map((each) => hostOf(each.url)).filter(Boolean),
    };
  }

  function hostOf(url) { try { return new URL(url).hostname; } catch { return ""; } }

  function run(entries, facts) {
    const listed = messages(entries);
    const wanted = asked(listed);
    const found = new Map();
    for (const message of listed.filter((each) => each.kind === "SAMLResponse").slice(0, 5)) {
      for (const each of response(message, wanted, facts)) if (!found.has(each.id)) found.set(each.id, each);
    }
    if (!found.size) return [];
    const isFine = ![...found.values()].some((each) => each.level !== "info");
    return [...(isFine ? [check("saml.found", "ok")] : []), ...found.values()];
  }

  function response({ xml, entry, url }, wanted, facts) {
    if (xml === null) return [check("saml.readable", "warn")];
    const head = tags(xml, "Response")[0];
    const at = dateOf(entry.startedDateTime);
    const real = at === null ? null : at - (facts.skew_seconds || 0) * 1000;
    const confirmed = tags(xml, "SubjectConfirmationData");
    const out = [...times(xml, confirmed, real), ...certificates(xml, real)];
    const target = attribute(head, "Destination");
    if (target && place(target) !== place(url)) out.push(check("saml.destination", "warn", { seen: place(target), expected: place(url) }));
    const recipients = confirmed.map((each) => attribute(each, "Recipient")).filter(Boolean);
    if (recipients.length && !recipients.some((each) => place(each) === place(url))) out.push(check("saml.recipient", "warn", { seen: place(recipients[0]), expected: place(url) }));
    const audiences = texts(xml, "Audience").filter(Boolean);
    if (audiences.length && wanted.issuers.length && !audiences.some((each) => wanted.issuers.includes(each))) out.push(check("saml.audience", "warn", { seen: audiences[0], expected: wanted.issuers[0] }));
    const answered = [attribute(head, "InResponseTo"), ...confirmed.map((each) => attribute(each, "InResponseTo"))].filter(Boolean);
    if (wanted.ids.length && !answered.length) out.push(check("saml.unsolicited", "info"));
    if (wanted.ids.length && answered.some((each) => !wanted.ids.includes(each))) out.push(check("saml.in_response_to", "warn"));
    const codes = tags(xml, "StatusCode").map((each) => attribute(each, "Value").split(":").pop()).filter(Boolean);
    if (codes.length && codes[0] !== "Success") out.push(check("saml.status", "info", { status: codes[codes.length - 1] }));
    if (tags(xml, "EncryptedAssertion").length) out.push(check("saml.encrypted", "info"));
    if (!out.length) out.push(check("saml.signed_in", "info"));
    return out;
  }

  // Whoever receives the message goes by the real time, not by the clock of this computer.
  function times(xml, confirmed, real) {
    if (real === null) return [];
    const conditions = tags(xml, "Conditions");
    const limits = [...conditions, ...confirmed];
    const ends = limits.map((each) => dateOf(attribute(each, "NotOnOrAfter"))).filter((each) => each !== null);
    const starts = limits.map((each) => dateOf(attribute(each, "NotBefore"))).filter((each) => each !== null);
    const out = [];
    const end = Math.min(...ends);
    const start = Math.max(...starts);
    if (ends.length && real >= end) out.push(check("saml.expired", "warn", { seconds: Math.floor((real - end) / 1000 + 0.5) }));
    if (starts.length && real < start) out.push(check("saml.early", "warn", { seconds: Math.floor((start - real) / 1000 + 0.5) }));
    return out;
  }

  function certificates(xml, real) {
    if (real === null) return [];
    for (const text of texts(xml, "X509Certificate").slice(0, 4)) {
      const der = Packing.unbase64(text.replace(/[ \t\r\n]/g, ""));
      const dates = der ? validity(der) : null;
      if (dates && real > dates[1]) return [check("saml.certificate", "warn", { problem: "expired", until: new Date(dates[1]).toISOString() })];
      if (dates && real < dates[0]) return [check("saml.certificate", "warn", { problem: "early", since: new Date(dates[0]).toISOString() })];
    }
    return [];
  }

  // [not before, not after] of a certificate, or null.
  function validity(der) {
    try {
      const fields = parts(parts(parts(der)[0].inner)[0].inner);
      return parts(fields[fields[0].tag === 0xa0 ? 4 : 3].inner).slice(0, 2).map(timeOf);
    } catch {
      return null;
    }
  }

  function timeOf({ tag, inner }) {
    const digits = /^[0-9]{12,14}Z$/.test(inner) ? inner : null;
    // UTCTime has two digits of the year: 50 to 99 are of the last century (RFC 5280, 4.1.2.5.1).
    const full = digits && tag === 0x17 ? (digits.slice(0, 2) < "50" ? "20" : "19") + digits : digits;
    const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full);
    return Date.UTC(year, month - 1, day, hour, minute, second);
  }

  function parts(der) {
    const out = [];
    for (let at = 0; at < der.length;) {
      const tag = der.charCodeAt(at);
      let size = der.charCodeAt(at + 1);
      at += 2;
      if (size & 0x80) {
        const count = size & 0x7f;
        size = 0;
        for (let i = 0; i < count; i += 1, at += 1) size = size * 256 + der.charCodeAt(at);
      }
      if (!(at + size <= der.length)) throw new RangeError("cut short");
      out.push({ tag, inner: der.slice(at, at + size) });
      at += size;
    }
    return out;
  }

  return { run, messages, asked, hostOf };
})();

if (typeof module !== "undefined") module.exports = SamlChecks;
