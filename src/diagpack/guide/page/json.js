// JSON text with its strings and numbers redacted in place. Enters: a redactor and a text. Leaves: the text, or null when
// it is no JSON. The twin of script/rewriting.py.
"use strict";

const GuideJson = (() => {
  const { wellFormed } = GuideWords;
  const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

  // Rewrites the strings and numbers of a JSON text in place: every other byte stays, so that long numbers survive.
  class JsonRewriter {
    constructor(redactor, text, depth, isClaims = false) {
      this.redactor = redactor;
      this.text = text;
      this.depth = depth;
      this.isClaims = isClaims;
      this.out = [];
      this.copied = 0;
    }

    rewritten() {
      try {
        let at = this.blank(this.text.startsWith("\ufeff") ? 1 : 0);
        at = this.blank(this.any(at, "", "", 0));
        if (at !== this.text.length) return null;
      } catch (error) {
        if (error instanceof SyntaxError || error instanceof RangeError) return null;
        throw error;
      }
      if (!this.copied) return this.text;
      this.out.push(this.text.slice(this.copied));
      return this.out.join("");
    }

    fail() { throw new SyntaxError("not JSON"); }

    blank(at) {
      for (;;) {
        const code = this.text.charCodeAt(at);
        if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return at;
        at += 1;
      }
    }

    put(start, end, replacement) {
      this.out.push(this.text.slice(this.copied, start), replacement);
      this.copied = end;
    }

    stringEnd(at) {
      for (let end = at + 1; ;) {
        end = this.text.indexOf('"', end);
        if (end < 0) this.fail();
        let slashes = 0;
        while (this.text[end - 1 - slashes] === "\\") slashes += 1;
        if (slashes % 2 === 0) return end + 1;
        end += 1;
      }
    }

    decoded(start, end) {
      const raw = this.text.slice(start, end);
      if (raw.includes("\\") || /[\x00-\x1f]/.test(raw)) return wellFormed(JSON.parse(raw));
      return raw.slice(1, -1);
    }

    any(at, key, entity, level) {
      if (level > 100) this.fail();
      switch (this.text[at]) {
        case "{": return this.object(at, level);
        case "[": return this.array(at, key, entity, level);
        case '"': return this.string(at, key, entity);
        case "t": return this.literal(at, "true");
        case "f": return this.literal(at, "false");
        case "n": return this.literal(at, "null");
        default: return this.number(at, key, entity);
      }
    }

    literal(at, word) {
      if (!this.text.startsWith(word, at)) this.fail();
      return at + word.length;
    }

    classOf(key, at, sibling) {
      const head = this.text[at];
      const kind = head === "{" ? "object" : head === "[" ? "array" : head === '"' ? "string" : "number";
      const name = sibling !== null && key === "value" ? sibling : key;
      if (this.isClaims) return this.redactor.claimClass(name, kind);
      const value = kind === "string" ? this.decoded(at, this.stringEnd(at)) : "";
      const known = this.redactor.jsonClass(name, kind, value);
      return known || (name === key ? "" : this.redactor.classifyHeader(name));
    }

    object(at, level) {
      at = this.blank(at + 1);
      if (this.text[at] === "}") return at + 1;
      const sibling = this.nameMember(at);
      for (;;) {
        if (this.text[at] !== '"') this.fail();
        const end = this.stringEnd(at);
        const key = this.decoded(at, end);
        const shown = this.redactor.text(key, this.depth);
        if (shown !== key) this.put(at, end, JSON.stringify(shown));
        at = this.blank(end);
        if (this.text[at] !== ":") this.fail();
        at = this.blank(at + 1);
        at = this.blank(this.any(at, key, this.classOf(key, at, sibling), level + 1));
        if (this.text[at] === "}") return at + 1;
        if (this.text[at] !== ",") this.fail();
        at = this.blank(at + 1);
      }
    }

    // {"name": "Authorization", "value": "…"}: the name of a value may stand in the member before it.
    nameMember(at) {
      const match = /^"(?:name|key)"[ \t\r\n]*:[ \t\r\n]*"([^"\\]{1,200})"[ \t\r\n]*,[ \t\r\n]*"value"/.exec(this.text.slice(at, at + 300));
      return match ? match[1] : null;
    }

    array(at, key, entity, level) {
      at = this.blank(at + 1);
      if (this.text[at] === "]") return at + 1;
      for (;;) {
        at = this.blank(this.any(at, key, entity, level + 1));
        if (this.text[at] === "]") return at + 1;
        if (this.text[at] !== ",") this.fail();
        at = this.blank(at + 1);
      }
    }

    string(at, key, entity) {
      const end = this.stringEnd(at);
      const value = this.decoded(at, end);
      const changed = this.redactor.jsonString(value, key, entity, this.depth);
      if (changed !== value) this.put(at, end, JSON.stringify(wellFormed(changed)));
      return end;
    }

    number(at, key, entity) {
      NUMBER.lastIndex = at;
      const match = NUMBER.exec(this.text);
      if (!match) this.fail();
      const digits = match[0];
      const hides = (entity && entity !== "keep" && entity !== "text") ||
        (digits.length > 11 && entity !== "keep" && this.redactor.shapes(digits) !== digits);
      if (hides) {
        const changed = this.redactor.tokens.number(digits);
        if (changed !== digits) {
          this.redactor.tally(entity || "id");
          this.put(at, at + digits.length, changed);
        }
      }
      return at + digits.length;
    }
  }

  return { JsonRewriter };
})();

if (typeof module !== "undefined") module.exports = GuideJson;
