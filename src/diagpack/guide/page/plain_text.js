// Secrets and personal data in running text: rules, keys with values, addresses, tokens, encoded runs, hidden and learned
// words. Enters: a redactor, a text. Leaves: the text with every finding replaced. The twin of script/plain_text.py.
"use strict";

const GuidePlainText = (() => {
  const MOST_DEPTH = 8;
  const { strip, lower, wellFormed, looksOpaque, unquote, quote, NO_VALUE } = GuideWords;
  const { RuleScanner } = GuideRules;

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

  // `https://` and `urn:oasis:names:tc:SAML:2.0:protocol` are addresses: nothing in them is a key with its value.
  const URN = /urn:[A-Za-z0-9:._-]{0,80}:$/i;
  const isAddress = (data, at, separator, start) => separator.includes(":") && (data.startsWith("//", start) || URN.test(data.slice(Math.max(0, at - 90), at + 1)));

  // Too short for any shape: a word of up to 15 letters with up to 4 digits behind it.
  const PLAIN_WORD = /^[A-Za-z_]{0,15}[0-9]{0,4}$/;

  // Bound to one redactor. `hide`: words of the customer; `onScan`: says true when the time of a text is over.
  class TextScanner {
    constructor(redactor, hide, onScan) {
      this.redactor = redactor;
      this.rules = new RuleScanner(redactor.book);
      this.hidden = hide.map(strip).filter((word) => word.length > 1).map((word) => lower(Packing.toBytes(word)));
      this.finder = new Learning.Finder([]);
      this.onScan = onScan;
      this.scans = 0;
    }

    isPlain(text) {
      if (!PLAIN_WORD.test(text) || this.hidden.length) return false;
      const spans = [];
      this.finder.spans(text, lower(text), spans);
      return !spans.length;
    }

    redacted(text, depth, isFull) {
      if (text.length < 3 || this.isPlain(text)) return text;
      this.scans += 1;
      if (this.onScan && this.onScan(this.scans, text.length)) return this.redactor.slot(text, "secret");
      const data = Packing.toBytes(wellFormed(text));
      const lowered = lower(data);
      const spans = this.rules.spans(data, lowered);
      if (isFull && depth <= MOST_DEPTH) this.moreSpans(data, lowered, depth, spans);
      for (const word of this.hidden) this.wordSpans(lowered, word, spans);
      this.finder.spans(data, lowered, spans);
      if (!spans.length) return text;
      const out = this.written(data, spans);
      return out === data ? text : Packing.toText(out) ?? this.redactor.slot(text, "secret");
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
      if (has("://")) for (const each of data.matchAll(URL_IN_TEXT)) this.rewriteSpan(spans, each.index, each[0], (plain) => this.redactor.url(plain, depth + 1));
      if (has("?")) for (const each of data.matchAll(PATH_IN_TEXT)) this.rewriteSpan(spans, each.index + each[1].length, each[2], (plain) => this.redactor.url(plain, depth + 1));
      if (has("eyJ")) for (const each of data.matchAll(JWT_IN_TEXT)) this.rewriteSpan(spans, each.index + each[1].length, each[2], (plain) => this.redactor.jwt(plain, depth + 1) ?? this.redactor.slot(plain, "token"));
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
        const changed = this.redactor.value(plain, depth + 1);
        if (changed !== plain) spans.push({ start: each.index, end: each.index + each[0].length, text: quote(changed), rank: 2 });
      }
    }

    packedSpan(spans, start, run, depth) {
      if (!/[0-9A-Z+/_-]/.test(run) || /^[0-9a-f]+$/.test(run)) return;
      const changed = this.redactor.packed(run, depth);
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
        const changed = this.redactor.header(each[2], plain);
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
        const entity = this.redactor.classify(name);
        if (entity && entity !== "keep" && !isAddress(data, match.index, separator, start)) {
          const end = mark ? this.quotedEnd(data, start, mark) : this.bareEnd(data, start);
          const value = data.slice(start, end);
          if (end > start && !NO_VALUE.has(lower(value)) && this.redactor.fits(name, entity, value)) {
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
      return Packing.toBytes(this.redactor.slot(entity === "email" ? plain.replace(/%40|\\u0040/g, "@") : plain, entity));
    }
  }

  return { TextScanner };
})();

if (typeof module !== "undefined") module.exports = GuidePlainText;
