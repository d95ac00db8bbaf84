// XML and HTML, SAML first of all. Enters: a redactor and a text. Leaves: the text with values replaced, tags and order as
// they were. The twin of script/markup.py.
"use strict";

const GuideMarkup = (() => {
  const { lower, wellFormed } = GuideWords;
  const PIECE = /<!--([\s\S]*?)-->|<!\[CDATA\[([\s\S]*?)\]\]>|<[!?][^>]*>|<(\/?)([A-Za-z_][^ \t\r\n/>]*)((?:[^>"']|"[^"]*"|'[^']*')*)>/g;
  const ATTRIBUTE = /([^ \t\r\n=/"'>]+)([ \t\r\n]*=[ \t\r\n]*)("[^"]*"|'[^']*'|[^ \t\r\n"'>]+)/g;
  const ENTITY = /&(?:#([0-9]{1,7})|#[xX]([0-9A-Fa-f]{1,6})|(amp|lt|gt|quot|apos));/g;
  const NAMED = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
  const VOID = new Set("area base br col embed hr img input link meta source track wbr".split(" "));
  const URL_ATTRIBUTES = new Set("href src action formaction data poster cite background location destination".split(" "));
  const PLAIN_ATTRIBUTES = new Set(("class style type rel id lang version algorithm method notbefore notonorafter " +
    "issueinstant inresponseto format nameformat encoding").split(" "));

  const unescape = (text) => wellFormed(text.replace(ENTITY, (whole, decimal, hex, name) => {
    if (name) return NAMED[name];
    const code = parseInt(decimal || hex, decimal ? 10 : 16);
    return code > 0 && code < 0x110000 ? String.fromCodePoint(code) : whole;
  }));
  const escape = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;").replace(/'/g, "&#39;");
  const local = (name) => name.slice(name.lastIndexOf(":") + 1);

  // XML and HTML: names of elements and attributes decide; SAML keeps its protocol values.
  class MarkupRewriter {
    constructor(redactor, text, depth) {
      this.redactor = redactor;
      this.text = text;
      this.depth = depth;
      this.open = [];
      this.attributeClass = "id";
      this.isSaml = text.includes("urn:oasis:names:tc:SAML");
    }

    rewritten() {
      const out = [];
      let last = 0;
      for (const match of this.text.matchAll(PIECE)) {
        out.push(this.content(this.text.slice(last, match.index)));
        out.push(this.piece(match));
        last = match.index + match[0].length;
      }
      out.push(this.content(this.text.slice(last)));
      return out.join("");
    }

    piece(match) {
      const [whole, comment, cdata, close, name, attributes] = match;
      if (name === undefined) {
        const inner = comment ?? cdata;
        if (inner === undefined) return this.redactor.text(whole, this.depth);
        const changed = cdata !== undefined ? this.held(inner) : this.redactor.text(inner, this.depth);
        return changed === inner ? whole : whole.replace(inner, () => changed.replace(/\]\]>/g, ""));
      }
      if (close) {
        const at = this.open.lastIndexOf(name);
        if (at >= 0) this.open.length = at;
        return whole;
      }
      if (!whole.endsWith("/>") && !VOID.has(lower(name))) this.open.push(name);
      if (this.open.length > 500) this.open.shift();
      return "<" + name + this.attributes(name, attributes) + ">";
    }

    attributes(element, text) {
      const held = {};
      for (const each of text.matchAll(ATTRIBUTE)) held[lower(local(each[1]))] = unescape(each[3].replace(/^["']|["']$/g, ""));
      if (local(element) === "Attribute" && held.name) {
        const last = lower(held.name.slice(Math.max(held.name.lastIndexOf("/"), held.name.lastIndexOf(":")) + 1));
        this.attributeClass = this.redactor.book.saml_values[last] || "id";
      }
      return text.replace(ATTRIBUTE, (whole, name, equals, quoted) => {
        const mark = /^["']/.test(quoted) ? quoted[0] : "";
        const plain = unescape(quoted.replace(/^["']|["']$/g, ""));
        const changed = /^xmlns/i.test(name) ? this.redactor.shapes(plain) : this.attribute(element, local(name), plain, held);
        return changed === plain ? whole : name + equals + mark + escape(changed) + mark;
      });
    }

    attribute(element, name, plain, held) {
      const lowered = lower(name);
      if (PLAIN_ATTRIBUTES.has(lowered)) return this.redactor.shapes(plain);
      const saml = this.isSaml ? this.redactor.book.saml_attributes[name] : undefined;
      if (saml) return this.redactor.slot(plain, saml);
      if (lowered === "value" && (held.name || held.id)) return this.redactor.parameter(held.name || held.id, plain, this.depth);
      if (lowered === "content" && (held.name || held.property)) return this.redactor.parameter(held.name || held.property, plain, this.depth);
      if (URL_ATTRIBUTES.has(lowered)) return this.redactor.url(plain, this.depth);
      if (lowered === "name") return this.redactor.text(plain, this.depth);
      return this.redactor.parameter(name, plain, this.depth);
    }

    content(text) {
      if (!/[^ \t\r\n]/.test(text)) return text;
      const plain = unescape(text);
      const changed = this.held(plain);
      return changed === plain ? text : escape(changed);
    }

    held(plain) {
      const element = this.open.length ? local(this.open[this.open.length - 1]) : "";
      if (this.isSaml) {
        const table = this.redactor.book.saml_elements;
        const entity = Object.hasOwn(table, element) ? table[element] : "";
        if (entity === "text") return this.redactor.text(plain, this.depth);
        if (element === "AttributeValue" || (entity && this.open.some((each) => local(each) === "AttributeValue"))) {
          return this.redactor.slot(plain, this.attributeClass === "keep" ? "keep" : this.attributeClass);
        }
        if (entity) return this.redactor.slot(plain, entity);
        return this.redactor.text(plain, this.depth);
      }
      const entity = element && !/^(?:script|style|title|p|td|th|li|a|b|i|code|pre|span|div|body|html|label|option)$/i.test(element) ? this.redactor.classify(element) : "";
      if (entity && entity !== "keep" && this.redactor.fits(element, entity, plain)) return this.redactor.slot(plain, entity);
      return this.redactor.value(plain, this.depth + 1);
    }
  }

  return { MarkupRewriter };
})();

if (typeof module !== "undefined") module.exports = GuideMarkup;
