// HTTP headers and cookies: names and schemes stay, credentials go. Enters: a redactor, a header's name and its value.
// Leaves: the value. The twin of script/headers.py.
"use strict";

const GuideHeaders = (() => {
  const { strip, lower } = GuideWords;

  const AUTH_PARAMETER = /([A-Za-z_-]+)([ \t]*=[ \t]*)("[^"]*"|[^, \t\r\n]+)/g;
  const PLAIN_AUTH = new Set(("realm qop algorithm stale uri signedheaders headers version oauth_version charset nc " +
    "oauth_signature_method oauth_timestamp ts keyid created expires").split(" "));
  const PARAMETER_SCHEMES = new Set("digest aws4-hmac-sha256 aws4-ecdsa-p256-sha256 signature oauth hawk".split(" "));
  const URL_HEADERS = new Set(("location referer referrer origin content-location refresh :path x-original-url " +
    "x-rewrite-url x-forwarded-uri link sourcemap x-request-uri x-original-uri").split(" "));
  const COOKIE_ATTRIBUTES = new Set("path domain expires max-age secure httponly samesite priority partitioned".split(" "));
  const ADDRESS = /[0-9A-Fa-f:.]{3,}/;

  function header(redactor, name, value) {
    const lowered = lower(strip(name));
    if (lowered === "cookie") return value.split(";").map((part) => cookiePair(redactor, part)).join(";");
    if (lowered === "set-cookie") return value.split("\n").map((line) => setCookie(redactor, line)).join("\n");
    if (/^(?:(?:proxy-|x-)?authorization|authentication-info)$/.test(lowered)) return authorization(redactor, value);
    if (URL_HEADERS.has(lowered)) {
      if (lowered === "link") return value.replace(/<([^>]*)>/g, (_, url) => `<${redactor.url(url)}>`);
      const refresh = /^([^=]*=)([\s\S]*)$/.exec(value);
      if (lowered === "refresh" && refresh) return refresh[1] + redactor.url(refresh[2]);
      return redactor.url(value);
    }
    const entity = redactor.classifyHeader(lowered);
    if (entity === "keep") return redactor.text(value);
    if (entity === "ip") return value.split(",").map((each) => address(redactor, each)).join(",");
    if (redactor.secretClasses.has(entity)) {
      return /^(?:bearer|basic|digest|token|apikey|negotiate|ntlm) /i.test(value) ? authorization(redactor, value) : redactor.slot(value, entity);
    }
    return entity ? redactor.slot(value, entity) : redactor.value(value);
  }

  function address(redactor, value) {
    const found = ADDRESS.exec(value);
    if (!found) return redactor.text(value);
    let address = found[0];
    if (address.split(":").length === 2) address = address.split(":")[0];
    const token = redactor.slot(address, "ip");
    return token === address ? value : value.replace(address, () => token);
  }

  function authorization(redactor, value) {
    const parts = /^[ \t\r\n]*([A-Za-z][A-Za-z0-9-]*)([ \t]+)([^ \t][\s\S]*)$/.exec(value);
    if (!parts) return redactor.slot(value, "token");
    const [, scheme, blank, rest] = parts;
    if (PARAMETER_SCHEMES.has(lower(scheme)) && rest.includes("=")) {
      return scheme + blank + rest.replace(AUTH_PARAMETER, (_, name, equals, held) => {
        const mark = held.startsWith('"') ? '"' : "";
        const bare = held.replace(/^"|"$/g, "");
        if (PLAIN_AUTH.has(lower(name))) return name + equals + mark + redactor.value(bare) + mark;
        const entity = lower(name) === "username" || lower(name) === "id" ? "user" : lower(name) === "credential" ? "key" : "secret";
        return name + equals + mark + redactor.slot(bare, entity) + mark;
      });
    }
    return scheme + blank + redactor.slot(rest, "token");
  }

  function cookiePair(redactor, part) {
    const cut = part.indexOf("=");
    return cut < 0 ? redactor.slot(part, "cookie") : part.slice(0, cut + 1) + redactor.slot(part.slice(cut + 1), "cookie");
  }

  function setCookie(redactor, line) {
    const [first, ...attributes] = line.split(";");
    const rest = attributes.map((attribute) => {
      const cut = attribute.indexOf("=");
      const name = lower(strip(cut < 0 ? attribute : attribute.slice(0, cut)));
      if (cut < 0) return COOKIE_ATTRIBUTES.has(name) ? attribute : redactor.slot(attribute, "cookie");
      const held = attribute.slice(cut + 1);
      return attribute.slice(0, cut + 1) + (COOKIE_ATTRIBUTES.has(name) ? redactor.text(held) : redactor.slot(held, "cookie"));
    });
    return [cookiePair(redactor, first), ...rest].join(";");
  }

  return { header, address, setCookie };
})();

if (typeof module !== "undefined") module.exports = GuideHeaders;
