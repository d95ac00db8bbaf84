// Names of people in what the customer typed: word lists, titles and greetings, as redact/detectors/prose_names.py has
// them. For sentences only: in logs and recordings such lists hit ordinary words. Enters: text. Leaves: [start, end]
// pairs. The twin of script/prose.py. Finds no names in scripts without capital letters (Japanese, for one).
"use strict";

const Prose = (() => {
  const UPPER = "[A-Z\\u00c0-\\u00de\\u0100-\\u017f\\u0410-\\u042f]";
  const WORD = `${UPPER}(?:[A-Za-z\\u0080-\\uffff]|['-][A-Za-z\\u0080-\\uffff])+`;
  const RUN = new RegExp(`${WORD}(?: (?:(?:van|von|de|der|den|da|di|del|dos|la|le|bin|al|el|ter|zu) )*(?:${WORD}|[A-Z]\\.))*|[A-Z]\\. ?${WORD}`, "g");
  const TITLE = /(?:^|[^A-Za-z0-9])(?:mr|mrs|ms|miss|mx|dr|prof|professor|herr|herrn|frau|monsieur|madame|mme|mlle|señora?|sra?|signora?|sig|dame|sir)\.? $/i;
  const GREETING = new RegExp("(?:^|[^A-Za-z0-9])(?:my name is|name:|dear|hi|hello|hey|hallo|hola|bonjour|ciao|attn:?|from:|cc:|signed|signed by|reported by|assigned to|" +
    "escalated by|spoke with|spoke to|talked to|talked with|met with|called by|liebe|lieber|sehr geehrte|sehr geehrter|regards,?|thanks,?|thank you,?|cheers,?|sincerely,?|best,?|greetings,?|gr[üÜ](?:ß|ss)en?,?|cordialement,?|saludos,?)[ \\t\\r\\n]*$", "i");
  const CUE = /(?:^|[^A-Za-z0-9])(?:contact|ask|asked|told|colleague|manager|employee|admin|administrator|customer|user|according to|by|with|from|for|and|met|call|phoned|emailed) $/i;
  const ATTACHED = /[A-Za-z0-9_@\/\\=.$\u0080-\uffff]$/;

  const fold = (word) => (/^[\x00-\x7f]*$/.test(word) ? word.toLowerCase() : word.toLowerCase().normalize("NFKD").replace(/\p{M}/gu, ""));

  // SAML, JavaScript: all capitals, or a capital inside; but McAdam and O'Neil are people.
  function isProduct(written) {
    const inner = written.replace(/^(?:Mc|Mac|O'|D')/, "").slice(1);
    return inner.split("-").some((part) => /[A-Z]/.test(part.slice(1))) || (written.length > 1 && written === written.toUpperCase() && written !== written.toLowerCase());
  }

  class Names {
    constructor(lists) {
      const words = (text) => new Set(text.split(" "));
      this.first = words(lists.first);
      this.last = words(lists.last);
      this.ambiguous = words(lists.ambiguous);
      this.never = words(lists.never);
    }

    spans(text) {
      const found = [];
      for (const match of text.matchAll(RUN)) {
        const before = text.slice(Math.max(0, match.index - 40), match.index);
        if (ATTACHED.test(before)) continue;
        const tokens = this.tokens(match[0], match.index);
        const isNamed = TITLE.test(before) || GREETING.test(before) || (CUE.test(before) && tokens.length === 2 && tokens.every((each) => each.kind === "unknown"));
        for (let at = 0; at < tokens.length;) {
          const size = this.size(tokens.slice(at, at + 4).map((each) => each.kind), isNamed && at === 0);
          if (size) found.push([tokens[at].start, tokens[at + size - 1].end]);
          at += size || 1;
        }
      }
      return found;
    }

    tokens(run, from) {
      return [...run.matchAll(/[^ ]+/g)].map((each) => {
        const bare = each[0].replace(/['’]s$/, "");
        const start = from + each.index;
        return { start, end: start + bare.length, kind: this.kind(fold(bare), bare) };
      });
    }

    // first, last, ambiguous (a name only beside another), particle, initial, unknown or never.
    kind(word, written) {
      if (this.never.has(word)) return "never";
      if (word.replace(/\.+$/, "").length === 1) return "initial";
      const isListed = this.first.has(word) || this.last.has(word);
      if (this.ambiguous.has(word)) return isListed ? "ambiguous" : "never";
      if (isListed) return this.first.has(word) ? "first" : "last";
      const parts = word.split("-");
      if (parts.length > 1 && (this.first.has(parts[0]) || this.last.has(parts[parts.length - 1]))) return this.first.has(parts[0]) ? "first" : "last";
      if (written[0] === written[0].toLowerCase()) return "particle";
      return isProduct(written) ? "never" : "unknown";
    }

    // How many of these words are one name; 0 when the first does not start one.
    size(all, isNamed) {
      let known = all.includes("never") ? all.indexOf("never") : all.length;
      while (known && all[known - 1] === "particle") known -= 1;
      const kinds = all.slice(0, known);
      if (!known) return 0;
      if (isNamed || kinds[0] === "first" || (kinds[0] === "last" && known <= 2)) return known;
      const beside = kinds.slice(1).filter((kind) => kind !== "particle");
      if (kinds[0] === "ambiguous" && ["first", "last", "ambiguous", "initial"].includes(beside[0])) return known;
      if (["unknown", "initial"].includes(kinds[0]) && beside.slice(0, 2).includes("last")) return kinds.indexOf("last") + 1;
      return kinds[0] === "last" ? 1 : 0;
    }
  }

  return { Names };
})();

if (typeof module !== "undefined") module.exports = Prose;
