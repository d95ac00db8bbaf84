// Says at once whether a file will help. Enters: what was read, the checks of the step, {hosts, window, slack, zone,
// browser, ids, id_headers, error_text}. Leaves: {checks: [{id, level, data}], facts}, the same as script/checks.py
// gives. Levels: ok, info, warn, error. The words are in strings.*.json.
"use strict";

const Checks = (() => {
  const dateOf = (text) => { const at = Date.parse(text); return Number.isNaN(at) ? null : at; };
  const isoOf = (at) => new Date(at).toISOString();
  const headerOf = (message, name) => {
    const listed = message && Array.isArray(message.headers) ? message.headers : [];
    const found = listed.find((each) => each && String(each.name).toLowerCase() === name);
    return found ? String(found.value) : "";
  };
  const urlOf = (entry) => String(entry.request.url);
  const hostOf = (entry) => SamlChecks.hostOf(urlOf(entry));
  const statusOf = (entry) => (entry.response && Number(entry.response.status)) || 0;
  const errorOf = (entry) => String(entry._error || (entry.response && entry.response._error) || "");
  const bodyOf = (entry) => { const text = entry.request.postData && entry.request.postData.text; return typeof text === "string" ? text : ""; };
  const isFailed = (entry) => statusOf(entry) >= 400 || statusOf(entry) === 0 || errorOf(entry) !== "";
  const matches = (host, pattern) => (pattern.startsWith("*.") ? host === pattern.slice(2) || host.endsWith(pattern.slice(1)) : host === pattern);
  const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
  const PROXY_HEADERS = ["via", "x-forwarded-proxy", "x-squid-error", "x-bluecoat-via", "x-zscaler-proxy", "proxy-connection"];

  function counted(names) {
    const counts = new Map();
    for (const name of names) if (name) counts.set(name, (counts.get(name) || 0) + 1);
    return [...counts].sort((a, b) => b[1] - a[1]);
  }

  // What the recording itself tells and nobody has to ask.
  function facts(document, entries) {
    const log = document.log;
    const starts = entries.map((entry) => dateOf(entry.startedDateTime)).filter((at) => at !== null);
    const ends = entries.map((entry) => (dateOf(entry.startedDateTime) ?? NaN) + (Number(entry.time) || 0)).filter((at) => !Number.isNaN(at));
    const skews = entries.map(skewOf).filter((each) => each !== null);
    const writer = log.browser || log.creator || {};
    const isPrivate = (address) => /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2[0-9]|3[01])\.|127\.|\[?f[cd])/.test(address);
    return {
      entries: entries.length,
      first: starts.length ? isoOf(starts.reduce((a, b) => Math.min(a, b))) : null,
      last: ends.length ? isoOf(ends.reduce((a, b) => Math.max(a, b))) : null,
      skew_seconds: skews.length ? Math.floor(median(skews) + 0.5) : null,
      browser: writer.name ? `${writer.name} ${writer.version || ""}` : "",
      blocked: entries.filter((entry) => /BLOCKED_BY_CLIENT/.test(`${errorOf(entry)} ${entry._blockedReason || ""}`)).length,
      extensions: entries.filter((entry) => /^(?:chrome|moz|safari-web)-extension:/.test(urlOf(entry))).length,
      private_server: entries.filter((entry) => isPrivate(String(entry.serverIPAddress || ""))).length,
      proxy_headers: counted(entries.flatMap((entry) => PROXY_HEADERS.filter((name) => headerOf(entry.response, name)))).map(([name]) => name),
      protocols: counted(entries.map((entry) => String((entry.response && entry.response.httpVersion) || "").toLowerCase())).slice(0, 4).map(([name]) => name),
    };
  }

  // +: this computer is ahead. Cached answers carry an old Date; half a second is the rounding of that header.
  function skewOf(entry) {
    const date = dateOf(headerOf(entry.response, "date"));
    const start = dateOf(entry.startedDateTime);
    if (date === null || start === null || headerOf(entry.response, "age") || statusOf(entry) === 304) return null;
    const timings = entry.timings || {};
    const before = ["blocked", "dns", "connect", "send", "wait"].reduce((sum, name) => sum + Math.max(0, Number(timings[name]) || 0), 0);
    return (start + before - date - 500) / 1000;
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
    "har.window"(entries, context, found) {
      if (!context.window || !found.first) return null;
      const [from, to] = [Date.parse(context.window.start) - context.slack * 1000, Date.parse(context.window.end) + context.slack * 1000];
      if (Date.parse(found.first) <= to && Date.parse(found.last) >= from) return check("har.window", "ok");
      return check("har.window", "warn", { first: found.first, last: found.last, start: context.window.start, end: context.window.end, zone: context.zone });
    },
    "har.preserve_log"(entries, context, found, document) {
      const pages = Array.isArray(document.log.pages) ? document.log.pages.length : 0;
      const isDocument = (entry) => entry._resourceType === "document" || headerOf(entry.request, "sec-fetch-dest") === "document";
      const documents = entries.filter(isDocument);
      const first = documents[0] || entries[0];
      const from = SamlChecks.hostOf(headerOf(first.request, "referer"));
      const cameFromElsewhere = headerOf(first.request, "sec-fetch-site") === "cross-site" && from !== "" && !entries.some((entry) => hostOf(entry) === from);
      const isCode = (entry) => /[?&](?:code|error)=/.test(urlOf(entry));
      const beginsWithAnswer = isCode(first) || /SAMLResponse=/.test(urlOf(first) + bodyOf(first));
      const neverAsked = documents.some(isCode) && !entries.some((entry) => /[?&]response_type=/.test(urlOf(entry)));
      const navigations = documents.filter((entry, index) => index === 0 || !(statusOf(documents[index - 1]) >= 300 && statusOf(documents[index - 1]) < 400));
      const lostPages = pages === 1 && navigations.length > 1 && !isDocument(entries[0]);
      return check("har.preserve_log", cameFromElsewhere || beginsWithAnswer || neverAsked || lostPages ? "warn" : "ok");
    },
    "har.has_failure"(entries, context) {
      const count = entries.filter(isFailed).length;
      if (count) return check("har.has_failure", "ok", { count });
      const text = context.error_text;
      const isShown = text.length > 5 && entries.some((entry) => String((entry.response && entry.response.content && entry.response.content.text) || "").includes(text));
      return isShown ? check("har.has_failure", "ok", { problem: "shown" }) : check("har.has_failure", "warn", { count: entries.length });
    },
    "har.sanitized"(entries) {
      const has = entries.some((entry) => headerOf(entry.request, "cookie") || headerOf(entry.request, "authorization") || headerOf(entry.response, "set-cookie"));
      return has || entries.length < 3 ? null : check("har.sanitized", "warn");
    },
    "har.bodies"(entries) {
      const sized = entries.filter((entry) => entry.response && entry.response.content && entry.response.content.size > 0);
      return sized.length && !sized.some((entry) => entry.response.content.text) ? check("har.bodies", "warn") : null;
    },
    "har.flow"(entries, context, found, document, parameters) {
      const { asked, provider, answer, wanted } = (parameters.flow === "oidc" ? oidcFlow : samlFlow)(entries);
      if (answer >= 0) {
        const host = hostOf(entries[answer]);
        const isAnswered = isFailed(entries[answer]) || entries.slice(answer + 1).some((entry) => hostOf(entry) === host);
        return isAnswered ? check("har.flow", "ok") : check("har.flow", "warn", { reached: "answer" });
      }
      const reached = provider ? (wanted ? "provider_to" : "provider") : asked ? "request" : "none";
      return check("har.flow", "warn", wanted ? { reached, wanted } : { reached });
    },
    "har.skew"(entries, context, found) {
      const seconds = found.skew_seconds;
      if (seconds === null || Math.abs(seconds) <= 120) return null;
      return check("har.skew", "warn", { minutes: Math.floor(Math.abs(seconds) / 60 + 0.5), direction: seconds > 0 ? "ahead" : "behind" });
    },
    "har.blocked"(entries, context, found) {
      if (found.blocked) return check("har.blocked", "warn", { count: found.blocked });
      return found.extensions ? check("har.blocked", "info", { count: found.extensions }) : null;
    },
    "har.browser"(entries, context, found) {
      const family = (text) => (/edg/i.test(text) ? "edge" : /firefox/i.test(text) ? "firefox" : /webinspector|chrom/i.test(text) ? "chrome" : /webkit|safari/i.test(text) ? "safari" : "");
      const recorded = family(found.browser);
      // Chrome and Edge write the same creator.
      const isSame = recorded === context.browser || (recorded === "chrome" && context.browser === "edge");
      return !recorded || !context.browser || isSame ? null : check("har.browser", "info", { recorded: recorded[0].toUpperCase() + recorded.slice(1) });
    },
    "ids.found"(entries, context) {
      const named = new Set(context.id_headers);
      const ids = [];
      for (const entry of entries.filter(isFailed)) {
        const headers = [...((entry.response && entry.response.headers) || []), ...(entry.request.headers || [])];
        const header = headers.find((each) => each && named.has(String(each.name).toLowerCase()) && each.value);
        if (header) ids.push({ id: String(header.value), time: String(entry.startedDateTime || ""), status: statusOf(entry) });
      }
      return ids.length ? check("ids.found", "ok", { count: ids.length, ids: ids.slice(0, 20) }) : null;
    },
  };
  // Checks that need no mention in a checklist: they only speak when something is found.
  const ALWAYS = ["har.sanitized", "har.bodies", "har.skew", "har.blocked", "har.browser", "ids.found"];

  const pathOf = (url) => { try { return new URL(url).pathname; } catch { return ""; } };

  function samlFlow(entries) {
    const listed = SamlChecks.messages(entries);
    const wanted = SamlChecks.asked(listed);
    const answered = listed.find((each) => each.kind === "SAMLResponse");
    const path = pathOf(wanted.answer_to);
    return {
      asked: listed.some((each) => each.kind === "SAMLRequest"),
      provider: entries.some((entry) => wanted.hosts.includes(hostOf(entry)) && statusOf(entry) > 0) || listed.some((each) => each.kind === "SAMLRequest" && statusOf(each.entry) > 0),
      answer: answered ? entries.indexOf(answered.entry) : -1,
      wanted: path ? `POST ${path}` : "",
    };
  }

  function oidcFlow(entries) {
    const asked = entries.find((entry) => /[?&]response_type=/.test(urlOf(entry)));
    const back = asked ? /[?&]redirect_uri=([^&#]+)/.exec(urlOf(asked)) : null;
    const path = back ? pathOf(GuideWords.unquote(back[1], true) ?? "") : "";
    return {
      asked: Boolean(asked),
      provider: Boolean(asked) && statusOf(asked) > 0,
      answer: entries.findIndex((entry) => /[?&#](?:code|error|id_token)=/.test(urlOf(entry)) || /(?:^|&)(?:code|id_token)=/.test(bodyOf(entry))),
      wanted: path ? `GET ${path}` : "",
    };
  }

  function forHar(document, wanted, context) {
    const entries = document.log.entries.filter((entry) => entry && entry.request && typeof entry.request.url === "string");
    if (!entries.length) return { checks: [check("har.parse", "error", { problem: "no_entries" })], facts: {} };
    const found = facts(document, entries);
    const checks = [check("har.parse", "ok", { count: entries.length })];
    const names = new Map([...ALWAYS.map((name) => [name, {}]), ...wanted]);
    for (const [name, parameters] of names) {
      const result = har[name] ? har[name](entries, context, found, document, parameters) : null;
      if (result) checks.push(result);
    }
    return { checks: [...checks, ...SamlChecks.run(entries, found)], facts: found };
  }

  // SAML-tracer writes requests with their messages spelled out; what a recording has they have under other names.
  function forTrace(text) {
    const head = check("har.parse", "info", { problem: "saml_trace" });
    const listed = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text).requests;
    const pairs = (each) => [...(Array.isArray(each.post) ? each.post : []), ...(Array.isArray(each.get) ? each.get : [])];
    const entries = listed.filter((each) => each && typeof each.url === "string").map((each) => ({
      startedDateTime: each.timestamp || each.date || "",
      request: { url: each.url, postData: { params: pairs(each).filter(Array.isArray).map(([name, value]) => ({ name, value })) } },
    }));
    return { checks: [head, ...SamlChecks.run(entries, {})], facts: {} };
  }

  const STAMP = /(\d{4})[-/](\d{2})[-/](\d{2})[T ](\d{2}):(\d{2}):(\d{2})(?:[.,]\d+)?(Z|[+-]\d{2}:?\d{2})?/g;
  const EDGE = 200000;

  function forLog(text, wanted, context) {
    const ends = text.length > 2 * EDGE ? [text.slice(0, EDGE), text.slice(-EDGE)] : [text];
    const stamps = ends.flatMap((each) => [...each.matchAll(STAMP)]);
    const names = new Map(wanted);
    const checks = [check("log.read", "ok", { lines: (text.match(/\n/g) || []).length + (text.endsWith("\n") ? 0 : 1) })];
    if (!stamps.length) checks.push(check("log.times", "info"));
    if (names.has("log.zone") && stamps.length) checks.push(stamps.some((each) => each[7]) ? check("log.zone", "ok") : check("log.zone", "warn", { zone: context.zone }));
    if (names.has("log.window") && context.window && stamps.length) checks.push(covered(stamps, context));
    if (names.has("log.ids") && context.ids.length) {
      const count = context.ids.filter((id) => text.includes(id)).length;
      checks.push(count ? check("log.ids", "ok", { count }) : check("log.ids", "warn"));
    }
    return { checks, facts: {} };
  }

  function covered(stamps, context) {
    // A time without a zone is taken as this computer's.
    const time = (each) => Date.parse(`${each[1]}-${each[2]}-${each[3]}T${each[4]}:${each[5]}:${each[6]}${each[7] ? each[7].replace(/^([+-]\d{2})(\d{2})$/, "$1:$2") : ""}`);
    const times = stamps.map(time).filter((at) => !Number.isNaN(at));
    const slack = context.slack * 1000;
    const first = times.reduce((a, b) => Math.min(a, b), Infinity);
    const last = times.reduce((a, b) => Math.max(a, b), -Infinity);
    if (!times.length) return check("log.times", "info");
    if (last < Date.parse(context.window.start) - slack) return check("log.window", "warn", { side: "before", last: isoOf(last) });
    if (first > Date.parse(context.window.end) + slack) return check("log.window", "warn", { side: "after", first: isoOf(first) });
    return check("log.window", "ok");
  }

  function run(read, wanted, context) {
    if (read.kind === "har") return forHar(read.document, wanted, context);
    if (read.kind === "saml-trace") return forTrace(read.text);
    if (read.kind === "image") return { checks: [check("img.type", "ok"), check("img.confirm", "warn")], facts: {} };
    return forLog(read.text, wanted, context);
  }

  return { run };
})();

if (typeof module !== "undefined") module.exports = Checks;
