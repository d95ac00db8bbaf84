// Looks for the rules of the book in a string of bytes. Enters: the book, a text, the same in lower case. Leaves: spans
// {start, end, entity}. The twin of RuleScanner in script/rules.py.
"use strict";

const GuideRules = (() => {
  // What a rule of the book means by leaving a field out.
  const NO_FIELDS = { flags: "", group: 0, left: "", trim: "", not_before: "", not_after: "", validators: [] };

  // Finds the values of the rules; looks for a rule only where one of its words occurs.
  class RuleScanner {
    constructor(book) {
      this.limit = book.left_limit;
      this.always = [];
      this.bySign = [];
      this.round = 0;
      this.byPair = new Map();
      for (const rule of book.rules) {
        const compiled = { ...PortableRules.compile({ ...NO_FIELDS, ...rule }), order: book.rules.indexOf(rule), round: 0 };
        if (!rule.needs.length) { this.always.push(compiled); continue; }
        for (const word of rule.needs) {
          if (word.length === 1) { this.bySign.push([word, compiled]); continue; }
          const pair = word.charCodeAt(0) * 256 + word.charCodeAt(1);
          if (!this.byPair.has(pair)) this.byPair.set(pair, []);
          this.byPair.get(pair).push([word, compiled]);
        }
      }
      this.table = new Uint8Array(65536);
      for (const pair of this.byPair.keys()) this.table[pair] = 1;
    }

    wanted(data, lowered) {
      const wanted = [];
      this.round += 1;
      const { round, table } = this;
      const want = (compiled) => {
        if (compiled.round === this.round) return;
        compiled.round = this.round;
        wanted.push(compiled);
      };
      for (const compiled of this.always) want(compiled);
      for (const [sign, compiled] of this.bySign) if (data.includes(sign)) want(compiled);
      let previous = lowered.charCodeAt(0);
      for (let at = 1; at < lowered.length; at += 1) {
        const code = lowered.charCodeAt(at);
        const pair = previous * 256 + code;
        previous = code;
        if (table[pair]) {
          for (const [word, compiled] of this.byPair.get(pair)) {
            if (compiled.round !== round && lowered.startsWith(word, at - 1)) want(compiled);
          }
        }
      }
      // The order of the book decides between two rules that find the same value.
      return wanted.sort((a, b) => a.order - b.order);
    }

    spans(data, lowered) {
      const found = [];
      if (data.length < 6) return found;
      const digits = /[0-9]/.test(data);
      for (const compiled of this.wanted(data, lowered)) {
        if (compiled.rule.digits && !digits) continue;
        for (const [start, end] of PortableRules.values(compiled, data, this.limit)) {
          found.push({ start, end, entity: compiled.rule.class, rank: 3 });
        }
      }
      return found;
    }
  }

  return { RuleScanner };
})();

if (typeof module !== "undefined") module.exports = GuideRules;
