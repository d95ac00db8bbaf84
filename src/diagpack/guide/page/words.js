// Words and names: ASCII case, percent escapes, well-formed text, what looks like no chosen word; and the class that the
// book gives to the name of a key or header. Enters: strings, the book. Leaves: strings. The twin of script/names.py.
"use strict";

const GuideWords = (() => {
  const strip = (text) => text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
  // ASCII letters only: the bytes of other letters must stay what they are.
  const lower = (text) => (/[^\x00-\x7f]/.test(text) ? text.replace(/[A-Z]+/g, (part) => part.toLowerCase()) : text.toLowerCase());
  const squeeze = (name) => lower(name).replace(/[-_. [\]:]/g, "");
  const NO_VALUE = new Set("true false null none nil undefined yes no on off 0 1".split(" "));
  const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
  const wellFormed = (text) => (text.isWellFormed && text.isWellFormed() ? text : text.replace(LONE, "\ufffd"));

  function looksOpaque(value) {
    if (value.length >= 20 && !/[ \t\r\n]/.test(value)) return true;
    return value.length >= 8 && /[0-9]/.test(value) && /[A-Za-z]/.test(value) && !/[ \t\r\n]/.test(value);
  }

  function unquote(text, plus) {
    const spaced = plus ? text.replace(/\+/g, " ") : text;
    if (!/%[0-9A-Fa-f]{2}/.test(spaced)) return spaced;
    const bytes = Packing.toBytes(spaced).replace(/%([0-9A-Fa-f]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
    const decoded = Packing.toText(bytes);
    return decoded === null ? null : decoded;
  }

  function quote(text) {
    return Packing.toBytes(wellFormed(text)).replace(/[^A-Za-z0-9\-_.~@]/g,
      (each) => "%" + each.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0"));
  }

  // The book lists the names of each class; they are looked up the other way round.
  const byName = (classes) => new Map(Object.entries(classes).flatMap(([entity, names]) => names.split(" ").map((name) => [name, entity])));

  // Looks names up in the book.
  class Names {
    constructor(book) {
      this.book = book;
      this.words = byName(book.words);
      this.headerClasses = byName(book.headers);
      this.secretClasses = new Set(book.secret_classes);
      this.ambiguous = new Set(book.ambiguous);
      this.keptFields = new Set(book.id_fields);
      this.classified = new Map();
    }

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
  }

  return { Names, NO_VALUE, strip, lower, squeeze, wellFormed, looksOpaque, unquote, quote };
})();

if (typeof module !== "undefined") module.exports = GuideWords;
