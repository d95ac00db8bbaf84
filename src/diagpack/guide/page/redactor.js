// The redactor of the page. Enters: the book of rules and names that `diagpack guide build` wrote into this page, a random
// key, and evidence. Leaves: the same evidence with secrets and personal data replaced, and a count by class.
// script/redactor.py is its twin: shared test vectors hold the two to the same result.
"use strict";

const GuideRedactor = (() => {
  const MOST_DEPTH = 8;
  const { strip, lower, wellFormed, looksOpaque, unquote, quote, NO_VALUE } = GuideWords;
  const { JsonRewriter } = GuideJson;
  const { MarkupRewriter } = GuideMarkup;

  const URL_TEXT = /^(?:[A-Za-z][A-Za-z0-9+.-]*:\/\/[^ \t\r\n]*|(?:data|blob):[^ \t\r\n]*)$/;
  const URL_PARTS = /^(?:([A-Za-z][A-Za-z0-9+.-]*:)?\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#([\s\S]*))?$/;
  const FORM = /^[A-Za-z0-9_.\-[\]%$:+~*]{1,200}=[^& \t\r\n]*(?:&[A-Za-z0-9_.\-[\]%$:+~*]{1,200}(?:=[^& \t\r\n]*)?)*&?$/;
  const BASE64 = /^[A-Za-z0-9+/_-]{16,}={0,2}$/;
  const JWT = /^(eyJ[A-Za-z0-9_-]*)\.([A-Za-z0-9_-]*)(?:\.([A-Za-z0-9_-]*))?(?:\.([A-Za-z0-9_-]*)\.([A-Za-z0-9_-]*))?$/;
  const MASKED = /^(?:[*\u2022.]+|x{3,}|[[<(]?(?:redacted|removed|masked|hidden|filtered)[\])>]?)$/i;

  class Redactor extends GuideWords.Names {
    constructor(book, key, options = {}) {
      super(book);
      this.tokens = new Tokens.Pseudonyms(key);
      this.scanner = new GuidePlainText.TextScanner(this, options.hide || [], options.onScan || null);
      this.learned = [...(options.learned || [])];
      this.scanner.finder = new Learning.Finder(this.learned);
      this.prosaic = null;
      this.resetWords = new Set(book.reset_words);
      this.cache = new Map();
      this.counts = {};
    }

    tally(entity) { this.counts[entity] = (this.counts[entity] || 0) + 1; }

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

    header(name, value) { return GuideHeaders.header(this, name, value); }

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

    text(text, depth = 0) { return this.scanner.redacted(text, depth, true); }

    shapes(text) { return this.scanner.redacted(text, 0, false); }

    // What a text says under a name is from here on replaced wherever it stands. Enters: the whole text of a file.
    learn(text) {
      const before = new Set(this.learned.map(([value]) => value));
      const found = new Learning.Learner(this).learn(text).filter(([value]) => !before.has(value));
      this.learned = [...this.learned, ...found];
      this.scanner.finder = new Learning.Finder(this.learned);
      this.cache.clear();
      return this.learned;
    }

    // What a person typed: names of people too.
    prose(text) {
      this.prosaic = this.prosaic || new Prose.Names(this.book.prose);
      const done = this.log(text);
      const out = [];
      let at = 0;
      for (const [start, end] of this.prosaic.spans(done)) {
        const name = done.slice(start, end);
        if (name.length > 5) this.learned.push([name, "name"]);
        out.push(done.slice(at, start), this.slot(name, "name"));
        at = end;
      }
      return out.join("") + done.slice(at);
    }
  }

  return { Redactor };
})();

if (typeof module !== "undefined") module.exports = GuideRedactor;
