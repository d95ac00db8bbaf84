// A HAR through the redactor: every place has a rule, and what has none is dropped.
// Enters: a parsed HAR 1.2. Leaves: the same entries in the same order, loadable by any viewer.
"use strict";

const GuideHar = (() => {
  const PLAIN = new Set(("method httpVersion startedDateTime time headersSize bodySize status size compression version " +
    "connection pageref id mimeType encoding onContentLoad onLoad blocked dns connect send wait receive ssl hitCount " +
    "lastAccess expires httpOnly secure sameSite statusText name").split(" "));
  const URLS = new Set(["url", "redirectURL", "redirectionURL"]);
  const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);

  class HarRedactor {
    constructor(redactor) {
      this.redactor = redactor;
      this.keep = new Set(redactor.book.har_keep);
      this.known = new Set([...redactor.book.har_keep, ...redactor.book.har_text, ...redactor.book.har_messages]);
      this.messages = new Set(redactor.book.har_messages);
    }

    redact(document, onEntry = () => {}) {
      const out = {};
      for (const [name, each] of Object.entries(document)) {
        out[name] = name === "log" && isObject(each) ? this.log(each, onEntry) : this.any(name, each);
      }
      return out;
    }

    log(log, onEntry) {
      const out = {};
      for (const [name, each] of this.allowed(log)) {
        if (name === "entries" && Array.isArray(each)) {
          out[name] = each.map((entry, index) => {
            onEntry(index, each.length);
            return isObject(entry) ? this.entry(entry) : this.json(entry);
          });
        } else if (name === "pages" && Array.isArray(each)) {
          out[name] = each.map((page) => (isObject(page) ? this.page(page) : this.json(page)));
        } else out[name] = this.any(name, each);
      }
      return out;
    }

    page(page) {
      const out = {};
      for (const [name, each] of this.allowed(page)) {
        out[name] = name === "title" && typeof each === "string" ? this.redactor.value(each) : this.any(name, each);
      }
      return out;
    }

    entry(entry) {
      const out = {};
      for (const [name, each] of this.allowed(entry)) {
        if ((name === "request" || name === "response") && isObject(each)) out[name] = this.message(each);
        else if (name === "serverIPAddress" && typeof each === "string") out[name] = GuideHeaders.address(this.redactor, each);
        else out[name] = this.any(name, each);
      }
      return out;
    }

    message(message) {
      const out = {};
      for (const [name, each] of this.allowed(message)) {
        if (URLS.has(name) && typeof each === "string") out[name] = this.redactor.url(each);
        else if (name === "headers") out[name] = this.listed(each, (header) => this.header(header));
        else if (name === "cookies") out[name] = this.listed(each, (cookie) => this.cookie(cookie));
        else if (name === "queryString") out[name] = this.listed(each, (parameter) => this.parameter(parameter));
        else if ((name === "postData" || name === "content") && isObject(each)) out[name] = this.body(each);
        else out[name] = this.any(name, each);
      }
      return out;
    }

    listed(value, change) { return Array.isArray(value) ? value.map(change) : this.json(value); }

    header(header) {
      if (!isObject(header) || typeof header.name !== "string") return this.json(header);
      const out = {};
      for (const [name, each] of this.allowed(header)) {
        if (name === "name") out[name] = this.redactor.text(each);
        else if (name === "value" && typeof each === "string") out[name] = this.redactor.header(header.name, each);
        else out[name] = this.json(each);
      }
      return out;
    }

    cookie(cookie) {
      if (!isObject(cookie)) return typeof cookie === "string" ? GuideHeaders.setCookie(this.redactor, cookie) : this.json(cookie);
      const out = {};
      for (const [name, each] of this.allowed(cookie)) {
        if (name === "path" || name === "domain" || PLAIN.has(name)) out[name] = typeof each === "string" ? this.redactor.text(each) : each;
        else if (typeof each === "string") out[name] = this.redactor.slot(each, "cookie");
        else out[name] = this.json(each);
      }
      return out;
    }

    parameter(parameter) {
      if (!isObject(parameter) || typeof parameter.name !== "string") return this.json(parameter);
      const out = {};
      for (const [name, each] of this.allowed(parameter)) {
        if (name === "value" && typeof each === "string") {
          // Some writers keep the percent escapes in queryString, some undo them.
          const plain = GuideWords.unquote(each, false) ?? each;
          const changed = this.redactor.parameter(GuideWords.unquote(parameter.name, false) ?? parameter.name, plain);
          out[name] = changed === plain ? each : changed;
        } else out[name] = typeof each === "string" ? this.redactor.value(each) : this.json(each);
      }
      return out;
    }

    body(body) {
      const media = typeof body.mimeType === "string" ? GuideWords.lower(body.mimeType) : "";
      const isText = !media || this.redactor.book.text_types.some((type) => media.includes(type));
      const out = {};
      for (const [name, each] of this.allowed(body)) {
        if (name === "text" && typeof each === "string") out[name] = this.bodyText(each, String(body.encoding || ""), isText);
        else if (name === "params") out[name] = this.listed(each, (parameter) => this.parameter(parameter));
        else out[name] = this.any(name, each);
      }
      return out;
    }

    bodyText(text, encoding, isText) {
      if (encoding === "" && (isText || Packing.isReadable(text.slice(0, 4096)))) return this.redactor.value(text);
      if (GuideWords.lower(encoding) === "base64" && isText) {
        const run = text.replace(/[ \t\r\n]/g, "");
        const bytes = Packing.unbase64(run);
        const inside = bytes === null ? null : Packing.toText(bytes);
        if (inside !== null) {
          const changed = this.redactor.value(inside);
          return changed === inside ? text : Packing.base64(Packing.toBytes(changed), run);
        }
      }
      if (text) this.redactor.tally("body");
      return "";
    }

    allowed(record) {
      return Object.entries(record).filter(([name]) => {
        const isKept = name !== "comment" && (!name.startsWith("_") || this.known.has(name));
        if (!isKept) this.redactor.tally("field");
        return isKept;
      });
    }

    any(name, value) {
      if (this.messages.has(name) && Array.isArray(value)) return value.map((frame) => this.frame(frame));
      if (URLS.has(name) && typeof value === "string") return this.redactor.url(value);
      if (this.keep.has(name) || PLAIN.has(name)) {
        if (typeof value === "string") return this.redactor.text(value);
        if (value === null || typeof value !== "object") return value;
      }
      if (isObject(value)) return Object.fromEntries(this.allowed(value).map(([key, each]) => [key, this.any(key, each)]));
      if (typeof value === "string") {
        return this.redactor.jsonString(value, name, this.redactor.jsonClass(name, "string", value), 0);
      }
      return this.json(value);
    }

    frame(frame) {
      if (!isObject(frame)) return typeof frame === "string" ? this.redactor.value(frame) : this.json(frame);
      const out = {};
      for (const [name, each] of Object.entries(frame)) {
        if (name === "data" && typeof each === "string") out[name] = frame.opcode === 2 ? this.bodyText(each, "base64", true) : this.tagged(each);
        else out[name] = name === "type" || name === "opcode" || name === "time" ? each : this.json(each);
      }
      return out;
    }

    // Some protocols put a number in front of a JSON payload: 42["event",{…}].
    tagged(text) {
      const parts = /^([0-9A-Za-z:/,-]{1,40}?)([[{][\s\S]*)$/.exec(text);
      const inner = parts ? this.redactor.json(parts[2], 0) : null;
      return inner === null ? this.redactor.value(text) : parts[1] + inner;
    }

    json(value) {
      if (value === null || typeof value === "boolean" || value === undefined) return value;
      const text = JSON.stringify(value);
      const changed = this.redactor.json(text, 0);
      return changed === text ? value : JSON.parse(changed ?? "null");
    }
  }

  return { HarRedactor };
})();

if (typeof module !== "undefined") module.exports = GuideHar;
