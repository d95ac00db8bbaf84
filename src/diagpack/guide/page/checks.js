// Says at once whether a file will help. Enters: what was read, the checks of the step, {hosts, window, zone, browser}.
// Leaves: {checks: [{id, level, data}], facts}. Levels: ok, info, warn, error. The words are in strings.*.json.
"use strict";

const Checks = (() => {
  const dateOf = (text) => { const at = Date.parse(text); return Number.isNaN(at) ? null : at; };
  const headerOf = (message, name) => {
    const listed = message && Array.isArray(message.headers) ? message.headers : [];
    const found = listed.find((each) => each && String(each.name).toLowerCase() === name);
    return found ? String(found.value) : "";
  };
  const hostOf = (entry) => { try { return new URL(entry.request.url).hostname; } catch { return ""; } };
  const statusOf = (entry) => (entry.response && Number(entry.response.status)) || 0;
  const isFailed = (entry) => statusOf(entry) >= 400 || statusOf(entry) === 0 || Boolean(entry._error || (entry.response && entry.response._error));
  const matches = (host, pattern) => (pattern.startsWith("*.") ? host === pattern.slice(2) || host.endsWith(pattern.slice(1)) : host === pattern);
  const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];

  function counted(names) {
    const counts = new Map();
    for (const name of names) if (name) counts.set(name, (counts.get(name) || 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1]);
  }

  function facts(document) {
    const log = document.log;
    const entries = log.entries.filter((entry) => entry && entry.request);
    const starts = entries.map((entry) => dateOf(entry.startedDateTime)).filter((at) => at !== null);
    const ends = entries.map((entry) => (dateOf(entry.startedDateTime) ?? NaN) + (Number(entry.time) || 0)).filter((at) => !Number.isNaN(at));
    const skews = [];
    for (const entry of entries) {
      const date = dateOf(headerOf(entry.response, "date"));
      const start = dateOf(entry.startedDateTime);
      if (date === null || start === null) continue;
      const timings = entry.timings || {};
      const before = ["blocked", "dns", "connect", "send", "wait"].reduce((sum, name) => sum + Math.max(0, Number(timings[name]) || 0), 0);
      // Cached answers carry an old Date; half a second is the rounding of the header.
      if (!headerOf(entry.response, "age") && statusOf(entry) !== 304) skews.push((start + before - date - 500) / 1000);
    }
    const blocked = entries.filter((entry) => /BLOCKED_BY_CLIENT/.test(JSON.stringify([entry._error, entry._blockedReason, entry.response && entry.response._error]) || ""));
    const proxies = counted(entries.flatMap((entry) => ["via", "x-forwarded-proxy", "x-squid-error", "x-bluecoat-via", "x-zscaler-proxy", "proxy-connection"]
      .filter((name) => headerOf(entry.response, name)).map((name) => name)));
    const isPrivate = (address) => /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2[0-9]|3[01])\.|127\.|\[?f[cd])/.test(address);
    return {
      entries: entries.length,
      first: starts.length ? new Date(Math.min(...[starts.reduce((a, b) => Math.min(a, b))])).toISOString() : null,
      last: ends.length ? new Date(ends.reduce((a, b) => Math.max(a, b))).toISOString() : null,
      skew_seconds: skews.length ? Math.round(median(skews)) : null,
      browser: log.browser ? `${log.browser.name} ${log.browser.version}` : log.creator ? `${log.creator.name} ${log.creator.version}` : "",
      blocked: blocked.length,
      extensions: entries.filter((entry) => /^(?:chrome|moz|safari-web)-extension:/.test(String(entry.request.url))).length,
      private_server: entries.filter((entry) => isPrivate(String(entry.serverIPAddress || ""))).length,
      proxy_headers: proxies.map(([name]) => name),
      protocols: counted(entries.map((entry) => String(entry.response && entry.response.httpVersion || "").toLowerCase())).slice(0, 4).map(([name]) => name),
    };
  }

  const check = (id, level, data = {}) => ({ id, level, data });

  const har = {
    "har.has_host"(entries, context) {
      if (!context.hosts.length) return null;
      const hosts = counted(entries.map(hostOf));
      if (hosts.some(([host]) => context.hosts.some((pattern) => matches(host, pattern)))) return check("har.has_host", "ok");
      const seen = hosts.slice(0, 3).map(([host, count]) => `${count} × ${host}`).join(", ");
      return check("har.has_host", "error", { wanted: context.hosts.join(", "), seen });
    },
    "har.window"(entries, context, facts) {
      if (!context.window || !facts.first) return null;
      const [from, to] = [Date.parse(context.window.start) - context.slack * 1000, Date.parse(context.window.end) + context.slack * 1000];
      if (Date.parse(facts.first) <= to && Date.parse(facts.last) >= from) return check("har.window", "ok");
      return check("har.window", "warn", { first: facts.first, last: facts.last, start: context.window.start, end: context.window.end });
    },
    "har.preserve_log"(entries, context, facts, har) {
      const pages = Array.isArray(har.log.pages) ? har.log.pages.length : 0;
      const documents = entries.filter((entry) => entry._resourceType === "document" || headerOf(entry.request, "sec-fetch-dest") === "document");
      const first = documents[0] || entries[0];
      const from = headerOf(first.request, "referer");
      let cutIn = false;
      if (from && headerOf(first.request, "sec-fetch-site") === "cross-site") {
        const origin = (() => { try { return new URL(from).hostname; } catch { return ""; } })();
        cutIn = Boolean(origin) && !entries.some((entry) => hostOf(entry) === origin);
      }
      const isCallback = /[?&](?:code|SAMLResponse|error)=/.test(first.request.url) || /SAMLResponse=/.test(String(first.request.postData && first.request.postData.text || ""));
      if (cutIn || isCallback || (pages === 1 && documents.length >= 3 && entries[0] !== documents[0])) return check("har.preserve_log", "warn");
      return check("har.preserve_log", "ok");
    },
    "har.has_failure"(entries) {
      const failed = entries.filter(isFailed);
      return failed.length ? check("har.has_failure", "ok", { count: failed.length }) : check("har.has_failure", "warn", { count: entries.length });
    },
    "har.sanitized"(entries) {
      const names = ["cookie", "authorization"];
      const has = entries.some((entry) => names.some((name) => headerOf(entry.request, name)) || headerOf(entry.response, "set-cookie"));
      return has || entries.length < 3 ? null : check("har.sanitized", "warn");
    },
    "har.bodies"(entries) {
      const sized = entries.filter((entry) => entry.response && entry.response.content && entry.response.content.size > 0);
      const has = sized.some((entry) => entry.response.content.text);
      return sized.length && !has ? check("har.bodies", "warn") : null;
    },
    "har.flow"(entries, context, facts, document, parameters) {
      const url = (entry) => String(entry.request.url);
      const body = (entry) => String((entry.request.postData && (entry.request.postData.text || JSON.stringify(entry.request.postData.params || ""))) || "");
      const stages = parameters.flow === "oidc" ? {
        request: entries.some((entry) => /[?&]response_type=/.test(url(entry))),
        answer: entries.some((entry) => /[?&#](?:code|error|id_token)=/.test(url(entry)) || /(?:^|&)(?:code|id_token)=/.test(body(entry))),
      } : {
        request: entries.some((entry) => /SAMLRequest=/.test(url(entry)) || /SAMLRequest/.test(body(entry))),
        answer: entries.some((entry) => /SAMLResponse=/.test(url(entry)) || /SAMLResponse/.test(body(entry))),
      };
      if (stages.answer) return check("har.flow", "ok");
      return check("har.flow", "warn", { reached: stages.request ? "request" : "none" });
    },
    "har.skew"(entries, context, facts) {
      if (facts.skew_seconds === null || Math.abs(facts.skew_seconds) <= 120) return null;
      return check("har.skew", "warn", { minutes: Math.round(Math.abs(facts.skew_seconds) / 60), direction: facts.skew_seconds > 0 ? "ahead" : "behind" });
    },
    "har.blocked"(entries, context, facts) { return facts.blocked ? check("har.blocked", "warn", { count: facts.blocked }) : null; },
    "har.browser"(entries, context, facts) {
      const family = (text) => (/edg/i.test(text) ? "edge" : /firefox/i.test(text) ? "firefox" : /webinspector|chrom/i.test(text) ? "chrome" : /webkit|safari/i.test(text) ? "safari" : "");
      const recorded = family(facts.browser);
      // Chrome and Edge write the same creator.
      const same = recorded === context.browser || (recorded === "chrome" && context.browser === "edge");
      return !recorded || !context.browser || same ? null : check("har.browser", "info", { recorded: facts.browser });
    },
    "ids.found"(entries) {
      const names = /^(?:x-)?(?:amzn-)?(?:request-?id|correlation-?id|trace-?id|cf-ray|traceparent)$/;
      const found = entries.filter(isFailed).filter((entry) => [...(entry.response && entry.response.headers || []), ...(entry.request.headers || [])].some((each) => each && names.test(String(each.name).toLowerCase())));
      return found.length ? check("ids.found", "ok", { count: found.length }) : null;
    },
  };
  // Checks that need no mention in a checklist: they only speak when something is found.
  const ALWAYS = ["har.sanitized", "har.bodies", "har.skew", "har.blocked", "har.browser", "ids.found"];

  function forHar(document, wanted, context) {
    const entries = document.log.entries.filter((entry) => entry && entry.request && typeof entry.request.url === "string");
    if (!entries.length) return { checks: [check("har.parse", "error", { problem: "no_entries" })], facts: {} };
    const found = facts(document);
    const checks = [check("har.parse", "ok", { count: entries.length })];
    const names = new Map([...ALWAYS.map((name) => [name, {}]), ...wanted]);
    for (const [name, parameters] of names) {
      const result = har[name] ? har[name](entries, context, found, document, parameters) : null;
      if (result) checks.push(result);
    }
    if (names.has("har.flow")) checks.push(...saml(entries, found));
    return { checks, facts: found };
  }

  function saml(entries, facts) {
    const checks = [];
    for (const entry of entries) {
      const params = (entry.request.postData && entry.request.postData.params) || [];
      const named = params.find && params.find((each) => each && each.name === "SAMLResponse");
      const inText = /(?:^|&)SAMLResponse=([^&]+)/.exec(String((entry.request.postData && entry.request.postData.text) || ""));
      const value = named ? String(named.value) : inText ? inText[1] : "";
      if (!value) continue;
      const bytes = Packing.unbase64((GuideRedactor.unquote(value, false) || value).replace(/[ \t\r\n]/g, ""));
      const xml = bytes === null ? "" : Packing.toText(bytes) || "";
      if (!/^[ \t\r\n]*</.test(xml)) { checks.push(check("saml.readable", "warn")); continue; }
      const at = dateOf(entry.startedDateTime);
      const until = /<(?:[A-Za-z0-9]+:)?Conditions[^>]*NotOnOrAfter="([^"]+)"/.exec(xml);
      const since = /<(?:[A-Za-z0-9]+:)?Conditions[^>]*NotBefore="([^"]+)"/.exec(xml);
      const real = at === null ? null : at - (facts.skew_seconds || 0) * 1000;
      if (real !== null && until && real >= Date.parse(until[1])) checks.push(check("saml.expired", "warn", { seconds: Math.round((real - Date.parse(until[1])) / 1000) }));
      if (real !== null && since && real < Date.parse(since[1])) checks.push(check("saml.early", "warn", { seconds: Math.round((Date.parse(since[1]) - real) / 1000) }));
      const destination = /<[^>]*Response[^>]*Destination="([^"]+)"/.exec(xml);
      if (destination && destination[1].split("?")[0] !== String(entry.request.url).split("?")[0]) checks.push(check("saml.destination", "warn"));
      const status = /StatusCode[^>]*Value="[^"]*:([A-Za-z]+)"/.exec(xml);
      if (status && status[1] !== "Success") checks.push(check("saml.status", "info", { status: status[1] }));
      if (!checks.length) checks.push(check("saml.found", "ok"));
    }
    return checks.slice(0, 3);
  }

  const STAMP = /(\d{4})[-/](\d{2})[-/](\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:[.,]\d+)?(Z|[+-]\d{2}:?\d{2})?/g;

  function forLog(text, wanted, context) {
    const checks = [];
    const stamps = [...text.slice(0, 200000).matchAll(STAMP), ...text.slice(-200000).matchAll(STAMP)];
    const names = new Map(wanted);
    if (names.has("log.zone") && stamps.length && !stamps.some((each) => each[7])) checks.push(check("log.zone", "warn", { zone: context.zone }));
    if (names.has("log.window") && context.window && stamps.length) {
      const time = (each) => Date.parse(`${each[1]}-${each[2]}-${each[3]}T${each[4]}:${each[5]}:${each[6]}${each[7] ? each[7].replace(/^([+-]\d{2})(\d{2})$/, "$1:$2") : ""}`);
      const times = stamps.map(time).filter((at) => !Number.isNaN(at));
      const first = Math.min(...times);
      const last = Math.max(...times);
      const slack = context.slack * 1000;
      if (last < Date.parse(context.window.start) - slack) checks.push(check("log.window", "warn", { side: "before", last: new Date(last).toISOString() }));
      else if (first > Date.parse(context.window.end) + slack) checks.push(check("log.window", "warn", { side: "after", first: new Date(first).toISOString() }));
      else checks.push(check("log.window", "ok"));
    }
    if (names.has("log.ids") && context.ids.length && !context.ids.some((id) => text.includes(id))) checks.push(check("log.ids", "warn"));
    if (!stamps.length) checks.push(check("log.times", "info"));
    return { checks: [check("log.read", "ok", { lines: (text.match(/\n/g) || []).length + 1 }), ...checks], facts: {} };
  }

  function run(read, wanted, context) {
    if (read.kind === "har") return forHar(read.document, wanted, context);
    if (read.kind === "saml-trace") return { checks: [check("har.parse", "info", { problem: "saml_trace" })], facts: {} };
    if (read.kind === "image") return { checks: [check("img.confirm", "warn")], facts: {} };
    return forLog(read.text, wanted, context);
  }

  return { run };
})();

if (typeof module !== "undefined") module.exports = Checks;
