// The redactor of the page. Enters: the book of rules and names that `diagpack guide build` wrote into this page, a random
// key, and evidence. Leaves: the same evidence with secrets and personal data replaced, and a count by class.
// script/redactor.py is its twin: shared test vectors hold the two to the same result.
"use strict";

const GuideRedactor = (() => {
  const MOST_DEPTH = 8;
  const { strip, lower, squeeze, wellFormed, looksOpaque, unquote, quote } = GuideWords;
  const { RuleScanner } = GuideRules;
  const { JsonRewriter } = GuideJson;
  const { MarkupRewriter } = GuideMarkup;

  const URL_TEXT = /^(?:[A-Za-z][A-Za-z0-9+.-]*:\/\/[^ \t\r\n]*|(?:data|blob):[^ \t\r\n]*)$/;
  const URL_PARTS = /^(?:([A-Za-z][A-Za-z0-9+.-]*:)?\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#([\s\S]*))?$/;
  const FORM = /^[A-Za-z0-9_.\-[\]%$:+~*]{1,200}=[^& \t\r\n]*(?:&[A-Za-z0-9_.\-[\]%$:+~*]{1,200}(?:=[^& \t\r\n]*)?)*&?$/;
  const BASE64 = /^[A-Za-z0-9+/_-]{16,}={0,2}$/;
  const JWT = /^(eyJ[A-Za-z0-9_-]*)\.([A-Za-z0-9_-]*)(?:\.([A-Za-z0-9_-]*))?(?:\.([A-Za-z0-9_-]*)\.([A-Za-z0-9_-]*))?$/;
  const MASKED = /^(?:[*\u2022.]+|x{3,}|[[<(]?(?:redacted|removed|masked|hidden|filtered)[\])>]?)$/i;
  const NO_VALUE = new Set("true false null none nil undefined yes no on off 0 1".split(" "));

  const KEYED = /(^|[^A-Za-z0-9_.\-\[\]])([A-Za-z_][A-Za-z0-9_.\-\[\]]{1,80})(\\{0,3}["']?[ \t]{0,4}(?:=>|:=|=|:)[ \t]{0,4}\\{0,3})(["'])?/g;
  const BARE_VALUE = /[^ \t\r\n"'&,;<>|(){}[\]\\`]+/y;
  const HEADER_LINE = /(^|[^A-Za-z0-9_-])((?:proxy-)?authorization|cookie|set-cookie)(\\?["']?[ \t]{0,4}[:=][ \t]{0,4}\\?["']?)([^\r\n"'\\]+)/gi;
  const SCHEME_VALUE = /(^|[^A-Za-z0-9])((?:bearer|basic|negotiate)[ \t]{1,4})([A-Za-z0-9._~+/=-]{12,})/gi;
  const PRIVATE_KEY = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----[^-]*(?:-----END [A-Z ]{0,40}PRIVATE KEY(?: BLOCK)?-----|$)/g;
  const JWT_IN_TEXT = /(^|[^A-Za-z0-9_.-])(eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{2,}(?:\.[A-Za-z0-9_-]*){0,3})/g;
  const URL_IN_TEXT = /[A-Za-z][A-Za-z0-9+.-]{1,20}:\/\/[^ \t\r\n"'<>\\`]+/g;
  const PATH_IN_TEXT = /(^|[ \t"'(])(\/[^ \t\r\n"'<>\\`?]*\?[^ \t\r\n"'<>\\`]+)/g;
  const PERCENT_RUN = /[^ \t\r\n"'<>&]*%[0-9A-Fa-f]{2}[^ \t\r\n"'<>&]*/g;
  const PACKED_RUN = /[A-Za-z0-9+/_-]{24,}={0,2}/g;
  const AUTH_PARAMETER = /([A-Za-z_-]+)([ \t]*=[ \t]*)("[^"]*"|[^, \t\r\n]+)/g;
  const PLAIN_AUTH = new Set(("realm qop algorithm stale uri signedheaders headers version oauth_version charset nc " +
    "oauth_signature_method oauth_timestamp ts keyid created expires").split(" "));
  const PARAMETER_SCHEMES = new Set("digest aws4-hmac-sha256 aws4-ecdsa-p256-sha256 signature oauth hawk".split(" "));
  const URL_HEADERS = new Set(("location referer referrer origin content-location refresh :path x-original-url " +
    "x-rewrite-url x-forwarded-uri link sourcemap x-request-uri x-original-uri").split(" "));
  const COOKIE_ATTRIBUTES = new Set("path domain expires max-age secure httponly samesite priority partitioned".split(" "));
  const ADDRESS = /[0-9A-Fa-f:.]{3,}/;

  // `https://` and `urn:oasis:names:tc:SAML:2.0:protocol` are addresses: nothing in them is a key with its value.
  const URN = /urn:[A-Za-z0-9:._-]{0,80}:$/i;
  const isAddress = (data, at, separator, start) => separator.includes(":") && (data.startsWith("//", start) || URN.test(data.slice(Math.max(0, at - 90), at + 1)));

  // Too short for any shape: a word of up to 15 letters with up to 4 digits behind it.
  const PLAIN_WORD = /^[A-Za-z_]{0,15}[0-9]{0,4}$/;

  // The book lists the names of each class; they are looked up the other way round.
  const byName = (classes) => new Map(Object.entries(classes).flatMap(([entity, names]) => names.split(" ").map((name) => [name, entity])));

  class Redactor {
    constructor(book, key, options = {}) {
      this.book = book;
      this.tokens = new Tokens.Pseudonyms(key);
      this.hidden = (options.hide || []).map(strip).filter((word) => word.length > 1).map((word) => lower(Packing.toBytes(word)));
      this.onScan = options.onScan || null;
      this.scanner = new RuleScanner(book);
      this.learned = [...(options.learned || [])];
      this.finder = new Learning.Finder(this.learned);
      this.names = null;
      this.words = byName(book.words);
      this.headerClasses = byName(book.headers);
      this.secretClasses = new Set(book.secret_classes);
      this.ambiguous = new Set(book.ambiguous);
      this.keptFields = new Set(book.id_fields);
      this.resetWords = new Set(book.reset_words);
      this.classified = new Map();
      this.cache = new Map();
      this.counts = {};
      this.scans = 0;
    }

    tally(entity) { this.counts[entity] = (this.counts[entity] || 0) + 1; }

    // Names -----------------------------------------------------------------------------------------------------------

    classify(name) {
      let found = this.classified.get(name);
      if (found === undefined) {
        found = this.classOfName(name);
        if (this.classified.size < 50000) this.classified.set(name, found);
      }
      return found;
    }

    classOfName(name) {
      if (name.length > 200) return "";
      const plain = squeeze(name).replace(/^["'@$/]+|["'@$/]+$/g, "");
      if (this.keptFields.has(plain)) return "keep";
      if (this.words.has(plain)) return this.words.get(plain);
      for (const [stem, entity] of this.book.stems) if (plain.includes(stem)) return entity;
      if (plain.endsWith("token")) return "token";
      const inner = lower(name).replace(/\]/g, "").replace(/\[/g, ".");
      const tail = squeeze(inner.slice(inner.lastIndexOf(".") + 1));
      return tail !== plain && this.words.has(tail) ? this.words.get(tail) : "";
    }

    classifyHeader(name) {
      const lowered = lower(strip(name));
      if (this.headerClasses.has(lowered)) return this.headerClasses.get(lowered);
      const found = this.classify(lowered);
      return this.secretClasses.has(found) || ["email", "ip", "user", "geo"].includes(found) ? found : "";
    }

    isAmbiguous(name) { return this.ambiguous.has(squeeze(name)); }

    fits(name, entity, value) {
      if (!this.isAmbiguous(name)) return true;
      if (entity === "password") return !/[ \t\r\n]/.test(strip(value));
      return this.secretClasses.has(entity) ? looksOpaque(strip(value)) : /[A-Za-z\x80-\uffff]/.test(value);
    }

    // Slots -----------------------------------------------------------------------------------------------------------

    slot(value, entity) {
      const bare = strip(value);
      if (!bare || !entity || entity === "keep" || NO_VALUE.has(lower(bare)) || MASKED.test(bare)) return value;
      if (entity === "text") return this.value(value);
      const token = this.tokens.token(wellFormed(bare), entity);
      if (token === bare) return value;
      this.tally(entity);
      return value.replace(bare, () => token);
    }

    parameter(name, value, depth = 0) {
      if (!value) return value;
      const entity = this.classify(name);
      if (entity === "keep") return this.text(value, depth);
      if ((entity === "token" || entity === "secret") && value.length > 40) {
        const message = this.message(value, depth);
        if (message !== null) return message;
      }
      return entity ? this.slot(value, entity) : this.value(value, depth + 1);
    }

    header(name, value) {
      const lowered = lower(strip(name));
      if (lowered === "cookie") return value.split(";").map((part) => this.cookiePair(part)).join(";");
      if (lowered === "set-cookie") return value.split("\n").map((line) => this.setCookie(line)).join("\n");
      if (/^(?:(?:proxy-|x-)?authorization|authentication-info)$/.test(lowered)) return this.authorization(value);
      if (URL_HEADERS.has(lowered)) {
        if (lowered === "link") return value.replace(/<([^>]*)>/g, (_, url) => `<${this.url(url)}>`);
        const refresh = /^([^=]*=)([\s\S]*)$/.exec(value);
        if (lowered === "refresh" && refresh) return refresh[1] + this.url(refresh[2]);
        return this.url(value);
      }
      const entity = this.classifyHeader(lowered);
      if (entity === "keep") return this.text(value);
      if (entity === "ip") return value.split(",").map((each) => this.address(each)).join(",");
      if (this.secretClasses.has(entity)) {
        return /^(?:bearer|basic|digest|token|apikey|negotiate|ntlm) /i.test(value) ? this.authorization(value) : this.slot(value, entity);
      }
      return entity ? this.slot(value, entity) : this.value(value);
    }

    address(value) {
      const found = ADDRESS.exec(value);
      if (!found) return this.text(value);
      let address = found[0];
      if (address.split(":").length === 2) address = address.split(":")[0];
      const token = this.slot(address, "ip");
      return token === address ? value : value.replace(address, () => token);
    }

    authorization(value) {
      const parts = /^[ \t\r\n]*([A-Za-z][A-Za-z0-9-]*)([ \t]+)([^ \t][\s\S]*)$/.exec(value);
      if (!parts) return this.slot(value, "token");
      const [, scheme, blank, rest] = parts;
      if (PARAMETER_SCHEMES.has(lower(scheme)) && rest.includes("=")) {
        return scheme + blank + rest.replace(AUTH_PARAMETER, (_, name, equals, held) => {
          const mark = held.startsWith('"') ? '"' : "";
          const bare = held.replace(/^"|"$/g, "");
          if (PLAIN_AUTH.has(lower(name))) return name + equals + mark + this.value(bare) + mark;
          const entity = lower(name) === "username" || lower(name) === "id" ? "user" : lower(name) === "credential" ? "key" : "secret";
          return name + equals + mark + this.slot(bare, entity) + mark;
        });
      }
      return scheme + blank + this.slot(rest, "token");
    }

    cookiePair(part) {
      const cut = part.indexOf("=");
      return cut < 0 ? this.slot(part, "cookie") : part.slice(0, cut + 1) + this.slot(part.slice(cut + 1), "cookie");
    }

    setCookie(line) {
      const [first, ...attributes] = line.split(";");
      const rest = attributes.map((attribute) => {
        const cut = attribute.indexOf("=");
        const name = lower(strip(cut < 0 ? attribute : attribute.slice(0, cut)));
        if (cut < 0) return COOKIE_ATTRIBUTES.has(name) ? attribute : this.slot(attribute, "cookie");
        const held = attribute.slice(cut + 1);
        return attribute.slice(0, cut + 1) + (COOKIE_ATTRIBUTES.has(name) ? this.text(held) : this.slot(held, "cookie"));
      });
      return [this.cookiePair(first), ...rest].join(";");
    }

    // URLs and forms --------------------------------------------------------------------------------------------------

    url(url, depth = 0) {
      if (url.startsWith("blob:")) return "blob:" + this.url(url.slice(5), depth);
      if (url.startsWith("data:")) return this.dataUrl(url, depth);
      const parts = URL_PARTS.exec(url);
      if (!parts) return this.text(url, depth);
      const [, scheme, authority, path, query, fragment] = parts;
      const head = authority === undefined ? "" : `${scheme || ""}//${this.authority(authority)}`;
      let out = this.path(path, depth);
      if (query !== undefined) out += "?" + this.form(query, depth);
      if (fragment !== undefined) out += "#" + (fragment.includes("=") ? this.fragment(fragment, depth) : this.path(fragment, depth));
      // The authority is not searched with the rest: a token before the host would look like an e-mail address.
      return head + this.shapes(out);
    }

    authority(authority) {
      const cut = authority.lastIndexOf("@");
      if (cut < 0) return this.shapes(authority);
      const [user, ...password] = authority.slice(0, cut).split(":");
      const shown = user ? quote(this.slot(unquote(user) ?? user, "user")) : "";
      const hidden = password.length ? ":" + quote(this.slot(unquote(password.join(":")) ?? password.join(":"), "password")) : "";
      return shown + hidden + "@" + this.shapes(authority.slice(cut + 1));
    }

    path(path, depth) {
      if (path.length < 4) return path;
      let oneTime = false;
      return path.split("/").map((segment) => {
        const [name, ...parameters] = segment.split(";");
        const plain = unquote(name) ?? name;
        const changed = oneTime && looksOpaque(plain) ? this.slot(plain, "token") : this.value(plain, depth + 1);
        oneTime = this.resetWords.has(lower(plain));
        return [changed === plain ? name : quote(changed), ...parameters.map((each) => this.form(each, depth))].join(";");
      }).join("/");
    }

    fragment(fragment, depth) {
      const cut = fragment.indexOf("?");
      return cut < 0 ? this.form(fragment, depth) : this.path(fragment.slice(0, cut), depth) + "?" + this.form(fragment.slice(cut + 1), depth);
    }

    dataUrl(url, depth) {
      const parts = /^data:([^,;]*)((?:;[^,;]*)*),([\s\S]*)$/.exec(url);
      if (!parts) return this.text(url, depth);
      const [, media, flags, body] = parts;
      if (flags.includes(";base64")) {
        const changed = this.value(body, depth + 1);
        const isText = this.book.text_types.some((type) => media.includes(type));
        return `data:${media}${flags},${changed === body && !isText && body.length > 64 ? "" : changed}`;
      }
      const plain = unquote(body) ?? body;
      const changed = this.value(plain, depth + 1);
      return changed === plain ? url : `data:${media}${flags},${quote(changed)}`;
    }

    form(text, depth = 0) {
      return text.split(/([&;])/).map((pair, index) => {
        if (index % 2) return pair;
        const cut = pair.indexOf("=");
        if (cut < 0) return pair ? this.pairPart(pair, (plain) => this.value(plain, depth + 1)) : pair;
        const name = unquote(pair.slice(0, cut), true) ?? pair.slice(0, cut);
        const shown = this.pairPart(pair.slice(0, cut), (plain) => this.text(plain, depth + 1));
        return shown + "=" + this.pairPart(pair.slice(cut + 1), (plain) => this.parameter(name, plain, depth));
      }).join("");
    }

    pairPart(part, change) {
      const plain = unquote(part, true);
      if (plain === null) return quote(this.slot(part, "secret"));
      const changed = change(plain);
      return changed === plain ? part : quote(changed);
    }

    // Structures ------------------------------------------------------------------------------------------------------

    value(text, depth = 0) {
      if (text.length < 3) return text;
      if (depth > MOST_DEPTH) return this.slot(text, "secret");
      const isShort = text.length < 1000;
      let known = isShort ? this.cache.get(text) : undefined;
      if (known === undefined) {
        const before = this.counts;
        this.counts = {};
        known = { out: this.structure(text, depth), counts: this.counts };
        this.counts = before;
        if (isShort) {
          if (this.cache.size > 50000) this.cache.clear();
          this.cache.set(text, known);
        }
      }
      for (const entity in known.counts) this.counts[entity] = (this.counts[entity] || 0) + known.counts[entity];
      return known.out;
    }

    structure(text, depth) {
      const head = text.charAt(/^[\ufeff \t\r\n]*/.exec(text)[0].length);
      if (head === "{" || head === "[" || (head === '"' && text.length > 4)) {
        const out = this.json(text, depth);
        if (out !== null) return out;
        if (/^[{[][^\n]*[}\]][ \t\r]*\n/.test(text)) return text.split("\n").map((line) => this.value(line, depth + 1)).join("\n");
      }
      if (head === "<" && /^[\ufeff \t\r\n]*<(?:[A-Za-z_!?])/.test(text)) return this.markup(text, depth);
      if (text.startsWith("eyJ") && text.includes(".")) {
        const out = this.jwt(text, depth);
        if (out !== null) return out;
      }
      if (URL_TEXT.test(text)) return this.url(text, depth);
      if (head === "/" && !text.includes(" ") && /[?%;]/.test(text)) return this.url(text, depth);
      const boundary = /^--([0-9A-Za-z'()+_,./:=?-]{1,70})\r?\n/.exec(text);
      if (boundary) return this.multipart(text, "--" + boundary[1], depth);
      if (/^(?:data|event|id|retry)?:[^\n]*\n/.test(text)) {
        return text.split("\n").map((line) => {
          const field = /^(data|event|id|retry|)(: ?)([\s\S]*)$/.exec(line);
          return field ? field[1] + field[2] + this.value(field[3], depth + 1) : this.text(line, depth);
        }).join("\n");
      }
      if (BASE64.test(text)) {
        const out = this.packed(text, depth);
        if (out !== null) return out;
      }
      if (text.includes("=") && !text.endsWith("==") && text.length < 5000000 && FORM.test(text)) return this.shapes(this.form(text, depth));
      return this.text(text, depth);
    }

    json(text, depth) {
      return new JsonRewriter(this, text, depth).rewritten();
    }

    jsonClass(key, kind, value) {
      const entity = this.classify(key);
      if (!entity || entity === "keep") return entity;
      if (kind === "object") return "";
      if (kind === "string" && !this.fits(key, entity, value)) return "";
      if (kind === "number" && this.isAmbiguous(key) && entity !== "password") return "";
      return entity;
    }

    jsonString(value, key, entity, depth) {
      if (entity === "keep") return this.text(value, depth);
      if (!entity) return this.value(value, depth + 1);
      if (this.classify(key) === "token" && value.length > 40) {
        const message = this.message(value, depth);
        if (message !== null) return message;
      }
      return this.slot(value, entity);
    }

    message(value, depth) {
      if (value.startsWith("eyJ")) return this.jwt(value, depth);
      const bytes = Packing.unbase64(value.replace(/[ \t\r\n]/g, ""));
      if (bytes === null || !bytes) return null;
      const isPlain = /^[\xef\xbb\xbf \t\r\n]*</.test(bytes);
      const inside = isPlain ? bytes : Packing.inflateRaw(bytes);
      if (inside === null || !inside.includes("SAML") || !/^[\xef\xbb\xbf \t\r\n]*</.test(inside)) return null;
      const text = Packing.toText(inside);
      if (text === null) return null;
      const changed = this.markup(text, depth + 1);
      if (changed === text) return value;
      const packed = Packing.toBytes(changed);
      return Packing.base64(isPlain ? packed : Packing.deflateStored(packed), value);
    }

    jwt(token, depth) {
      const parts = JWT.exec(token);
      if (!parts) return null;
      const segments = token.split(".");
      const head = this.claims(segments[0], depth);
      if (head === null) return null;
      if (segments.length === 5) return [head, ...segments.slice(1).map((each) => this.slot(each, "token"))].join(".");
      const body = this.claims(segments[1], depth);
      if (body === null) return null;
      return [head, body, ...segments.slice(2).map((each) => this.slot(each, "token"))].join(".");
    }

    claims(segment, depth) {
      const bytes = Packing.unbase64(segment);
      const text = bytes === null ? null : Packing.toText(bytes);
      if (text === null || !/^[ \t\r\n]*\{/.test(text)) return null;
      const changed = new JsonRewriter(this, text, depth + 1, true).rewritten();
      if (changed === null) return null;
      return changed === text ? segment : Packing.base64(Packing.toBytes(changed), "-");
    }

    claimClass(key, kind) {
      if (this.book.jwt_keep.includes(key)) return "keep";
      if (Object.hasOwn(this.book.jwt_classes, key)) return this.book.jwt_classes[key];
      const known = this.classify(key);
      if (known) return kind === "object" ? "" : known;
      return kind === "string" ? "id" : "";
    }

    packed(run, depth) {
      const bytes = Packing.unbase64(run);
      if (bytes === null) return null;
      if (/^(?:\x1f\x8b\x08|\x78[\x01\x9c\xda])/.test(bytes) && run.length > 40) return this.slot(run, "secret");
      const text = Packing.toText(bytes);
      if (text === null || !Packing.isReadable(text)) return null;
      const changed = this.value(text, depth + 1);
      return changed === text ? run : Packing.base64(Packing.toBytes(wellFormed(changed)), run);
    }

    multipart(text, mark, depth) {
      return text.split(mark).map((part, index) => {
        if (index === 0) return part;
        const blank = /\r?\n\r?\n/.exec(part);
        if (!blank) return part.replace(/[-\r\n]/g, "") ? this.text(part, depth) : part;
        const head = part.slice(0, blank.index);
        const body = part.slice(blank.index + blank[0].length);
        const content = body.replace(/[\r\n]+$/, "");
        const name = /(?:^|[ ;])name="?([^";\r\n]*)"?/i.exec(head);
        const isFile = /filename/i.test(head);
        const field = name ? name[1] : "";
        const changed = isFile && !this.classify(field) ? this.value(content, depth + 1) : this.parameter(field, content, depth);
        return this.text(head, depth) + blank[0] + changed + body.slice(content.length);
      }).join(mark);
    }

    markup(text, depth) {
      return new MarkupRewriter(this, text, depth).rewritten();
    }

    // Plain text ------------------------------------------------------------------------------------------------------

    log(text) {
      const out = [];
      for (let at = 0; at < text.length;) {
        let end = Math.min(text.length, at + 65536);
        if (end < text.length) {
          const line = text.lastIndexOf("\n", end - 1);
          if (line >= at) end = line + 1;
          else { const next = text.indexOf("\n", end); end = next < 0 ? text.length : next + 1; }
        }
        out.push(this.text(text.slice(at, end)));
        at = end;
      }
      return out.join("");
    }

    text(text, depth = 0) { return this.scanned(text, depth, true); }

    shapes(text) { return this.scanned(text, 0, false); }

    // What a text says under a name is from here on replaced wherever it stands. Enters: the whole text of a file.
    learn(text) {
      const before = new Set(this.learned.map(([value]) => value));
      const found = new Learning.Learner(this).learn(text).filter(([value]) => !before.has(value));
      this.learned = [...this.learned, ...found];
      this.finder = new Learning.Finder(this.learned);
      this.cache.clear();
      return this.learned;
    }

    // What a person typed: names of people too.
    prose(text) {
      this.names = this.names || new Prose.Names(this.book.prose);
      const done = this.log(text);
      const out = [];
      let at = 0;
      for (const [start, end] of this.names.spans(done)) {
        const name = done.slice(start, end);
        if (name.length > 5) this.learned.push([name, "name"]);
        out.push(done.slice(at, start), this.slot(name, "name"));
        at = end;
      }
      return out.join("") + done.slice(at);
    }

    isPlain(text) {
      if (!PLAIN_WORD.test(text) || this.hidden.length) return false;
      const spans = [];
      this.finder.spans(text, lower(text), spans);
      return !spans.length;
    }

    scanned(text, depth, isFull) {
      if (text.length < 3 || this.isPlain(text)) return text;
      this.scans += 1;
      if (this.onScan && this.onScan(this.scans, text.length)) return this.slot(text, "secret");
      const data = Packing.toBytes(wellFormed(text));
      const lowered = lower(data);
      const spans = this.scanner.spans(data, lowered);
      if (isFull && depth <= MOST_DEPTH) this.moreSpans(data, lowered, depth, spans);
      for (const word of this.hidden) this.wordSpans(lowered, word, spans);
      this.finder.spans(data, lowered, spans);
      if (!spans.length) return text;
      const out = this.written(data, spans);
      return out === data ? text : Packing.toText(out) ?? this.slot(text, "secret");
    }

    wordSpans(lowered, word, spans) {
      for (let at = lowered.indexOf(word); at >= 0; at = lowered.indexOf(word, at + word.length)) {
        spans.push({ start: at, end: at + word.length, entity: "word", rank: 0 });
      }
    }

    moreSpans(data, lowered, depth, spans) {
      const has = (mark) => data.includes(mark);
      if (has("-----BEGIN")) for (const each of data.matchAll(PRIVATE_KEY)) spans.push({ start: each.index, end: each.index + each[0].length, entity: "key", rank: 0 });
      if (has("=") || has(":")) { this.headerSpans(data, spans); this.keyedSpans(data, depth, spans); }
      if (lowered.includes("bearer") || lowered.includes("basic") || lowered.includes("negotiate")) this.schemeSpans(data, spans);
      if (has("://")) for (const each of data.matchAll(URL_IN_TEXT)) this.rewriteSpan(spans, each.index, each[0], (plain) => this.url(plain, depth + 1));
      if (has("?")) for (const each of data.matchAll(PATH_IN_TEXT)) this.rewriteSpan(spans, each.index + each[1].length, each[2], (plain) => this.url(plain, depth + 1));
      if (has("eyJ")) for (const each of data.matchAll(JWT_IN_TEXT)) this.rewriteSpan(spans, each.index + each[1].length, each[2], (plain) => this.jwt(plain, depth + 1) ?? this.slot(plain, "token"));
      if (has("%")) this.percentSpans(data, depth, spans);
      if (data.length > 23) for (const each of data.matchAll(PACKED_RUN)) this.packedSpan(spans, each.index, each[0], depth);
    }

    rewriteSpan(spans, start, source, change) {
      const plain = Packing.toText(source);
      if (plain === null) return;
      const changed = change(plain);
      if (changed !== plain) spans.push({ start, end: start + source.length, text: Packing.toBytes(changed), rank: 1 });
    }

    percentSpans(data, depth, spans) {
      for (const each of data.matchAll(PERCENT_RUN)) {
        const plain = unquote(Packing.toText(each[0]) ?? "", false);
        if (plain === null || plain === each[0] || !plain) continue;
        const changed = this.value(plain, depth + 1);
        if (changed !== plain) spans.push({ start: each.index, end: each.index + each[0].length, text: quote(changed), rank: 2 });
      }
    }

    packedSpan(spans, start, run, depth) {
      if (!/[0-9A-Z+/_-]/.test(run) || /^[0-9a-f]+$/.test(run)) return;
      const changed = this.packed(run, depth);
      if (changed !== null && changed !== run) spans.push({ start, end: start + run.length, text: changed, rank: 2 });
    }

    schemeSpans(data, spans) {
      for (const each of data.matchAll(SCHEME_VALUE)) {
        const start = each.index + each[1].length + each[2].length;
        if (looksOpaque(each[3])) spans.push({ start, end: start + each[3].length, entity: "token", rank: 0 });
      }
    }

    headerSpans(data, spans) {
      for (const each of data.matchAll(HEADER_LINE)) {
        const start = each.index + each[1].length + each[2].length + each[3].length;
        const plain = Packing.toText(each[4]) ?? "";
        const changed = this.header(each[2], plain);
        if (changed !== plain) spans.push({ start, end: start + each[4].length, text: Packing.toBytes(changed), rank: 0 });
      }
    }

    keyedSpans(data, depth, spans) {
      KEYED.lastIndex = 0;
      for (let match = KEYED.exec(data); match; match = KEYED.exec(data)) {
        const [whole, before, name, separator, mark] = match;
        const start = match.index + whole.length;
        // The separator may be the start of the next key's value: go on right behind the name.
        const resume = match.index + before.length + name.length;
        const entity = this.classify(name);
        if (entity && entity !== "keep" && !isAddress(data, match.index, separator, start)) {
          const end = mark ? this.quotedEnd(data, start, mark) : this.bareEnd(data, start);
          const value = data.slice(start, end);
          if (end > start && !NO_VALUE.has(lower(value)) && this.fits(name, entity, value)) {
            spans.push({ start, end, entity, rank: 0 });
          }
        }
        KEYED.lastIndex = resume;
      }
    }

    quotedEnd(data, start, mark) {
      const limit = Math.min(data.length, start + 65536);
      for (let at = start; at < limit; at += 1) {
        const each = data[at];
        if (each === mark || each === "\n" || (each === "\\" && data[at + 1] === mark)) return at;
        if (each === "\\") at += 1;
      }
      return limit;
    }

    bareEnd(data, start) {
      BARE_VALUE.lastIndex = start;
      const match = BARE_VALUE.exec(data);
      return match ? start + match[0].length : start;
    }

    written(data, spans) {
      spans.sort((a, b) => a.start - b.start || b.end - a.end || a.rank - b.rank);
      const merged = [];
      for (const span of spans) {
        const last = merged[merged.length - 1];
        if (!last || span.start >= last.end) merged.push({ ...span });
        else if (span.end > last.end) {
          last.end = span.end;
          last.entity = last.entity || span.entity || "secret";
          last.text = undefined;
        }
      }
      const out = [];
      let at = 0;
      for (const span of merged) {
        out.push(data.slice(at, span.start));
        out.push(span.text !== undefined ? span.text : this.replaced(data.slice(span.start, span.end), span.entity));
        at = span.end;
      }
      out.push(data.slice(at));
      return out.join("");
    }

    replaced(source, entity) {
      const plain = Packing.toText(source) ?? source;
      return Packing.toBytes(this.slot(entity === "email" ? plain.replace(/%40|\\u0040/g, "@") : plain, entity));
    }
  }

  return { Redactor };
})();

if (typeof module !== "undefined") module.exports = GuideRedactor;
