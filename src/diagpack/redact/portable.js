// The rules of the rule book in JavaScript: the same steps, the same validators, the same answers as rulebook.py says.
// Enters: the object of rules_as_json() and a string of bytes (one character a byte: see bytesOf). Leaves: findings
// {start, end, entity, rule}. No dependency, no network, no DOM; runs in a page and in Node.
"use strict";

const PortableRules = (() => {
  const RESCAN_LIMIT = 64;
  const isDigit = (code) => code >= 48 && code <= 57;
  const isLetter = (code) => (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
  const isAlphanumeric = (code) => isDigit(code) || isLetter(code);
  const digitsOf = (text) => text.replace(/[^0-9]/g, "");
  const lower = (text) => text.replace(/[A-Z]+/g, (part) => part.toLowerCase());

  function bytesOf(text) {
    const bytes = new TextEncoder().encode(text);
    let out = "";
    for (let at = 0; at < bytes.length; at += 8192) {
      out += String.fromCharCode(...bytes.subarray(at, at + 8192));
    }
    return out;
  }

  function entropy(text) {
    const counts = new Map();
    for (const each of text) counts.set(each, (counts.get(each) || 0) + 1);
    let total = 0;
    for (const count of counts.values()) total -= (count / text.length) * Math.log2(count / text.length);
    return total;
  }

  function luhn(digits) {
    let total = 0;
    for (let at = 0; at < digits.length; at += 1) {
      let digit = digits.charCodeAt(digits.length - 1 - at) - 48;
      if (at % 2) digit = digit > 4 ? digit * 2 - 9 : digit * 2;
      total += digit;
    }
    return total % 10 === 0;
  }

  const within = (text, size, low, high) => {
    const head = Number(text.slice(0, size));
    return head >= low && head <= high;
  };

  function isCardNetwork(digits) {
    return /^(4|34|37|36|38|39|30[0-5]|6011|64[4-9]|65|62|50|56|57|58|63|67)/.test(digits) ||
      within(digits, 2, 51, 55) || within(digits, 4, 2221, 2720) || within(digits, 4, 2200, 2204) ||
      within(digits, 4, 3528, 3589);
  }

  function isCard(text) {
    if (text.length > 25) return false;
    const digits = digitsOf(text);
    const separators = new Set([...text].filter((each) => !isDigit(each.charCodeAt(0))));
    if (digits.length < 13 || digits.length > 19 || separators.size > 1 || !isCardNetwork(digits)) return false;
    if (new Set(digits).size < 2) return false;
    if (separators.size === 0) return [13, 14, 15, 16, 19].includes(digits.length) && luhn(digits);
    const groups = text.split([...separators][0]).map((group) => group.length);
    const last = groups.pop();
    const even = groups.every((size) => size === 4) && last >= 1 && last <= 4;
    const american = groups.join() === "4,6" && (last === 5 || last === 4);
    return (even || american) && luhn(digits);
  }

  const IBAN = new Map(("AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 " +
    "DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 " +
    "JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 " +
    "PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 " +
    "VA22 VG24 XK20 YE30").split(" ").map((pair) => [pair.slice(0, 2), Number(pair.slice(2))]));

  function ibanLength(text) {
    let wanted = IBAN.get(text.slice(0, 2).toUpperCase()) || 0;
    for (let at = 0; at < text.length; at += 1) {
      if (text[at] !== " " && text[at] !== "-") wanted -= 1;
      if (wanted === 0) return at + 1;
    }
    return 0;
  }

  function isIban(text) {
    if (text.length > 48) return false;
    const compact = text.replace(/[ -]/g, "").toUpperCase();
    if (IBAN.get(compact.slice(0, 2)) !== compact.length) return false;
    let rest = 0;
    for (const each of compact.slice(4) + compact.slice(0, 4)) {
      const value = parseInt(each, 36);
      if (Number.isNaN(value)) return false;
      rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
    }
    return rest === 1;
  }

  function isIpv4(text) {
    const octets = text.split(".");
    return text.length >= 7 && text.length <= 15 && octets.length === 4 &&
      octets.every((octet) => /^(0|[1-9][0-9]{0,2})$/.test(octet) && Number(octet) < 256);
  }

  function isIpv6Syntax(text) {
    let tail = 0;
    let rest = text;
    const last = text.slice(text.lastIndexOf(":") + 1);
    if (last.includes(".")) {
      if (!isIpv4(last)) return false;
      tail = 2;
      rest = text.slice(0, text.length - last.length);
      rest = rest.endsWith("::") ? rest : rest.slice(0, -1);
    }
    const halves = rest.split("::");
    if (halves.length > 2) return false;
    const groups = halves.map((half) => (half === "" ? [] : half.split(":")));
    if (!groups.flat().every((group) => /^[0-9A-Fa-f]{1,4}$/.test(group))) return false;
    const count = groups.flat().length + tail;
    return halves.length === 2 ? count <= 7 : count === 8;
  }

  function isIpv6(text) {
    if (text.length < 4 || text.length > 45 || !isIpv6Syntax(text)) return false;
    const groups = text.split(":").filter((group) => group !== "");
    if (text.includes("::") && !/[0-9]/.test(text)) return groups.length >= 4;
    return groups.length >= 2 && (groups.length >= 3 || Math.max(...groups.map((group) => group.length)) >= 3);
  }

  function isMac(text) {
    const digits = lower(text.replace(/[:-]/g, ""));
    return digits.length === 12 && !/^(0+|f+)$/.test(digits) && !(text.includes(":") && text.includes("-"));
  }

  function isSsn(text) {
    const area = text.slice(0, 3);
    return area !== "000" && area !== "666" && area[0] !== "9" && text.slice(4, 6) !== "00" && text.slice(7) !== "0000";
  }

  function isCpf(text) {
    const digits = [...digitsOf(text)].map(Number);
    if (digits.length !== 11 || new Set(digits).size === 1) return false;
    return [9, 10].every((size) => {
      let total = 0;
      for (let at = 0; at < size; at += 1) total += digits[at] * (size + 1 - at);
      return ((total * 10) % 11) % 10 === digits[size];
    });
  }

  function isDni(text) {
    const first = { X: "0", Y: "1", Z: "2" }[text[0]];
    const number = ((first || text[0]) + text.slice(1)).replace(/-/g, "").slice(0, -1);
    return number.length === 8 && /^[0-9]+$/.test(number) &&
      "TRWAGMYFPDXBNJZSQVHLCKE"[Number(number) % 23] === text[text.length - 1];
  }

  function isEmail(text) {
    const marker = ["@", "%40", "\\u0040"].find((each) => text.includes(each));
    if (!marker || text.length > 400) return false;
    const cut = text.lastIndexOf(marker);
    const domain = text.slice(cut + marker.length);
    const last = lower(domain.slice(domain.lastIndexOf(".") + 1));
    const suffixes = ["png", "jpg", "jpeg", "gif", "svg", "webp", "js", "css", "map"];
    return cut > 0 && cut <= 256 && domain.length <= 253 && last.length >= 2 && !/^[0-9]+$/.test(last) &&
      !suffixes.includes(last);
  }

  function isPosition(text) {
    const [latitude, longitude] = text.split(",").map(Number);
    return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 && latitude !== 0;
  }

  const hasDigit = (text) => /[0-9]/.test(text);
  const validators = {
    card: isCard,
    cpf: isCpf,
    digit: hasDigit,
    digits: (text, [least, most]) => digitsOf(text).length >= least && digitsOf(text).length <= most,
    dni: isDni,
    email: isEmail,
    entropy: (text, least) => entropy(text.slice(0, 256)) >= least,
    excludes: (text, words) => !words.some((word) => lower(text).includes(word)),
    iban: isIban,
    ipv4: isIpv4,
    ipv6: isIpv6,
    length: (text, [least, most]) => text.length >= least && text.length <= most,
    mac: isMac,
    mixed: (text) => hasDigit(text) && /[A-Za-z]/.test(text),
    not_in: (text, words) => !words.includes(lower(text)),
    position: isPosition,
    ssn: isSsn,
  };
  function cardLength(text) {
    let end = text.length;
    while (end > 12 && !isCard(text.slice(0, end))) {
      end = Math.max(text.slice(0, end).lastIndexOf(" "), text.slice(0, end).lastIndexOf("-"));
    }
    return end > 12 ? end : text.length;
  }

  const trimmers = { card: cardLength, iban: ibanLength };

  function compile(rule) {
    const one = (text) => (text ? new RegExp(`[${text}]`) : null);
    return {
      rule,
      // "d" gives the offsets of groups; no "u", "m" or "s": the subset needs none of them.
      pattern: new RegExp(rule.pattern, `dg${rule.flags}`),
      left: one(rule.left),
      before: one(rule.not_before),
      after: one(rule.not_after),
    };
  }

  // Whether the name in front of `=` is that of an identifier or of something measured.
  function isNamed(data, end, words) {
    let start = end;
    while (start > Math.max(0, end - 64) && /[0-9A-Za-z_.-]/.test(data[start - 1])) start -= 1;
    const parts = (data.slice(start, end).match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+/g) || []).map(lower);
    return parts.length > 0 && (/ids?$/.test(parts[parts.length - 1]) || parts.some((part) => words.includes(part)));
  }

  function isAccepted(compiled, data, start, end) {
    if (compiled.before && start > 0 && compiled.before.test(data[start - 1])) return false;
    if (compiled.after && end < data.length && compiled.after.test(data[end])) return false;
    const named = compiled.rule.not_named;
    if (named && data[start - 1] === "=" && isNamed(data, start - 1, named)) return false;
    const value = data.slice(start, end);
    return compiled.rule.validators.every(([name, argument]) => validators[name](value, argument));
  }

  function behindEscape(data, start, limit) {
    if (data[start - 1] !== "%") return start;
    const behind = start + (data.startsWith("25", start) ? 4 : 2);
    return behind < limit && /^[0-9A-Fa-f]+$/.test(data.slice(start, behind)) ? behind : start;
  }

  function values(compiled, data, leftLimit = 256) {
    const { rule, pattern } = compiled;
    const found = [];
    pattern.lastIndex = 0;
    for (let match = pattern.exec(data); match !== null; match = pattern.exec(data)) {
      const [first, last] = match.indices[0];
      let [start, end] = match.indices[rule.group];
      const floor = Math.max(0, start - leftLimit);
      const begin = start;
      while (compiled.left && start > floor && compiled.left.test(data[start - 1])) start -= 1;
      if (compiled.left) start = behindEscape(data, start, begin);
      if (rule.trim) end = start + trimmers[rule.trim](data.slice(start, end));
      if (start < end && isAccepted(compiled, data, start, end)) {
        found.push([start, end]);
        pattern.lastIndex = Math.max(last, first + 1);
      } else {
        let next = last - first > RESCAN_LIMIT ? last : first;
        while (next < last && isAlphanumeric(data.charCodeAt(next))) next += 1;
        pattern.lastIndex = Math.max(next, first + 1);
      }
    }
    return found;
  }

  function load(book) {
    const compiled = book.rules.map(compile);
    return {
      rules: compiled,
      scan(data) {
        const lowered = lower(data);
        const findings = [];
        for (const each of compiled) {
          const { rule } = each;
          if (rule.keywords.length && !rule.keywords.some((keyword) => lowered.includes(keyword))) continue;
          for (const [start, end] of values(each, data, book.left_limit)) {
            findings.push({ start, end, entity: rule.class, rule: rule.id });
          }
        }
        return findings;
      },
    };
  }

  return { bytesOf, compile, load, validators, values };
})();

if (typeof module !== "undefined") module.exports = PortableRules;
