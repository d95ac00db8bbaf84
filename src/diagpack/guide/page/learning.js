// What a file says under a name it may say elsewhere without one: values that are learned first and then replaced
// wherever they stand. Enters: the text of a file, before anything is replaced. Leaves: [value, class] pairs in the order
// of the file, a bounded number of them. The twin of script/learning.py.
"use strict";

const Learning = (() => {
  const MOST = 1000;
  const JSON_NAME = /"([A-Za-z_][A-Za-z0-9_.-]{1,60})\\{0,3}"[ \t]{0,4}:[ \t]{0,4}\\{0,3}"/g;
  const JSON_VALUE = /[^"\\\r\n]{4,400}/y;
  const ITS_VALUE = /"[ \t\r\n]{0,40},[ \t\r\n]{0,40}"value"[ \t]{0,4}:[ \t]{0,4}"([^"\\\r\n]{4,4000})/y;
  const FORM_NAME = /[?&; ,]([A-Za-z_][A-Za-z0-9_.-]{1,60})=/g;
  const FORM_VALUE = /[^&;#"' \t\r\n\\]{4,400}/y;
  const FIRST_LAST = /^([A-Za-z]{2,20})\.([A-Za-z]{2,20})@/;
  const WORD = /^[0-9A-Za-z\x80-\uffff]/;

  function valueAt(pattern, text, at) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    return found ? found[0] : "";
  }

  class Learner {
    constructor(redactor) {
      this.redactor = redactor;
      this.values = new Map();
      this.kept = new Set();
      this.ids = new Set(redactor.book.id_headers);
      const { first, last, ambiguous, never } = redactor.book.prose;
      this.common = new Set(`${ambiguous} ${never}`.split(" "));
      this.given = new Set(`${first} ${last}`.split(" "));
    }

    learn(text) {
      for (const match of text.matchAll(JSON_NAME)) {
        const at = match.index + match[0].length;
        if (match[1] === "name" || match[1] === "key") this.named(text, at);
        else if (this.isTelling(match[1])) this.pair(match[1], valueAt(JSON_VALUE, text, at));
      }
      for (const match of text.matchAll(FORM_NAME)) {
        if (!this.isTelling(match[1])) continue;
        const value = valueAt(FORM_VALUE, text, match.index + match[0].length);
        this.pair(match[1], value.includes("%") || value.includes("+") ? GuideWords.unquote(value, true) ?? "" : value);
      }
      return [...this.values].filter(([value]) => !this.kept.has(value)).slice(0, MOST);
    }

    // Most names tell nothing: their values are not even read.
    isTelling(name) {
      const entity = this.redactor.classify(name);
      return entity === "keep" || entity === "email" || entity === "name" || this.redactor.secretClasses.has(entity);
    }

    // {"name": "Cookie", "value": "…"}
    named(text, at) {
      const name = valueAt(JSON_VALUE, text, at);
      ITS_VALUE.lastIndex = at + name.length;
      const held = name ? ITS_VALUE.exec(text) : null;
      if (held) this.header(name, held[1]);
    }

    header(name, value) {
      const lowered = GuideWords.lower(name);
      if (this.ids.has(lowered)) this.kept.add(value);
      else if (lowered === "cookie" || lowered === "set-cookie") {
        const pairs = lowered === "cookie" ? value.split(";") : [value.split(";")[0]];
        for (const each of pairs) this.add(each.slice(each.indexOf("=") + 1), "cookie");
      } else if (/^(?:proxy-|x-)?authorization$/.test(lowered)) this.add(value.replace(/^[A-Za-z-]{1,20} +/, ""), "token");
      else this.pair(name, value);
    }

    pair(name, value) {
      const entity = value ? this.redactor.classify(name) : "";
      if (entity === "keep") this.kept.add(value);
      else if (entity === "email") this.mailbox(value);
      else if (entity === "name" || this.redactor.secretClasses.has(entity)) {
        if (!this.redactor.isAmbiguous(name)) this.add(value, entity);
      }
    }

    mailbox(address) {
      const parts = FIRST_LAST.exec(address);
      if (!parts) return;
      const names = [parts[1], parts[2]].map(GuideWords.lower);
      if (names.some((each) => this.common.has(each)) && !this.given.has(names[0])) return;
      this.add(names.map((each) => each[0].toUpperCase() + each.slice(1)).join(" "), "name");
    }

    add(value, entity) {
      const bare = GuideWords.strip(value);
      if (this.values.size >= 2 * MOST || this.values.has(bare) || !WORD.test(bare)) return;
      if (entity === "name" ? this.isName(bare) : bare.length > 7 && bare.length <= 400 && GuideWords.looksOpaque(bare)) this.values.set(bare, entity);
    }

    // Two words, or one that nobody would take for an ordinary one.
    isName(text) {
      if (text.length < 4 || text.length > 80 || /[0-9:\/=<>{}@]/.test(text)) return false;
      const words = text.split(" ").filter(Boolean);
      if (words.length > 5) return false;
      const isWritten = /^[A-Z\u00c0-\u00de\u0100-\u024f\u0370-\uffff]/.test(text);
      if (words.length > 1) return isWritten && !words.every((each) => this.common.has(GuideWords.lower(each)));
      return isWritten && text.length > 5 && !this.common.has(GuideWords.lower(text)) && !/[A-Z_.-]/.test(text.slice(1));
    }
  }

  // Finds learned values that stand as whole words.
  class Finder {
    constructor(learned) {
      this.byHead = new Map();
      for (const [value, entity] of learned) {
        const bytes = Packing.toBytes(value);
        const lowered = GuideWords.lower(bytes);
        const head = lowered.slice(0, 4);
        if (!this.byHead.has(head)) this.byHead.set(head, []);
        this.byHead.get(head).push({ bytes, lowered, entity });
      }
      this.pairs = new Uint8Array(65536);
      for (const head of this.byHead.keys()) this.pairs[head.charCodeAt(0) * 256 + head.charCodeAt(1)] = 1;
    }

    spans(data, lowered, spans) {
      if (!this.byHead.size) return;
      let previous = lowered.charCodeAt(0);
      for (let at = 1; at < lowered.length - 2; at += 1) {
        const code = lowered.charCodeAt(at);
        const isHead = this.pairs[previous * 256 + code] === 1;
        previous = code;
        if (!isHead || isInside(lowered.charCodeAt(at - 2))) continue;
        for (const each of this.byHead.get(lowered.slice(at - 1, at + 3)) || []) {
          const end = at - 1 + each.bytes.length;
          const isThere = each.entity === "name" ? lowered.startsWith(each.lowered, at - 1) : data.startsWith(each.bytes, at - 1);
          if (isThere && !isInside(lowered.charCodeAt(end))) spans.push({ start: at - 1, end, entity: each.entity, rank: 0 });
        }
      }
    }
  }

  // NaN, outside the text, is no part of a word.
  const isInside = (code) => (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code >= 128;

  return { Learner, Finder };
})();

if (typeof module !== "undefined") module.exports = Learning;
