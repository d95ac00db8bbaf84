// Pseudonyms: equal values get equal tokens under one random key, which travels inside the encrypted file only.
// Enters: a value and its class. Leaves: dp-<class>-<10 base32 of HMAC-SHA256><2 keyed check characters>, or a form that
// a parser still accepts (e-mail, IP address, number). SHA-256 is written out because values are replaced one after the
// other, and the browser's own digest only answers later; `selfCheck` in seal.js compares the two before anything starts.
"use strict";

const Tokens = (() => {
  const K = new Uint32Array(64);
  const START = new Uint32Array(8);
  (() => {
    let found = 0;
    for (let candidate = 2; found < 64; candidate += 1) {
      let prime = true;
      for (let each = 2; each * each <= candidate; each += 1) if (candidate % each === 0) { prime = false; break; }
      if (!prime) continue;
      // FIPS 180-4: fractional parts of square roots (first 8 primes) and cube roots (first 64).
      if (found < 8) START[found] = fraction(Math.sqrt(candidate));
      K[found] = fraction(Math.cbrt(candidate));
      found += 1;
    }
    function fraction(number) {
      return Math.floor((number - Math.floor(number)) * 4294967296) >>> 0;
    }
  })();

  const W = new Uint32Array(64);

  function compress(state, block, at) {
    for (let t = 0; t < 16; t += 1) {
      const i = at + t * 4;
      W[t] = (block[i] << 24) | (block[i + 1] << 16) | (block[i + 2] << 8) | block[i + 3];
    }
    for (let t = 16; t < 64; t += 1) {
      const x = W[t - 15];
      const y = W[t - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      W[t] = (W[t - 16] + s0 + W[t - 7] + s1) | 0;
    }
    let a = state[0], b = state[1], c = state[2], d = state[3], e = state[4], f = state[5], g = state[6], h = state[7];
    for (let t = 0; t < 64; t += 1) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[t] + W[t]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + t1) | 0; d = c; c = b; b = a; a = (t1 + t2) | 0;
    }
    state[0] += a; state[1] += b; state[2] += c; state[3] += d;
    state[4] += e; state[5] += f; state[6] += g; state[7] += h;
  }

  function sha256(...parts) {
    const length = parts.reduce((total, part) => total + part.length, 0);
    const padded = new Uint8Array(Math.ceil((length + 9) / 64) * 64);
    let at = 0;
    for (const part of parts) { padded.set(part, at); at += part.length; }
    padded[length] = 0x80;
    const view = new DataView(padded.buffer);
    view.setUint32(padded.length - 8, Math.floor(length / 536870912));
    view.setUint32(padded.length - 4, (length << 3) >>> 0);
    const state = START.slice();
    for (let block = 0; block < padded.length; block += 64) compress(state, padded, block);
    const out = new Uint8Array(32);
    const words = new DataView(out.buffer);
    state.forEach((word, index) => words.setUint32(index * 4, word));
    return out;
  }

  // A key is used many times: the two blocks that hold it are hashed once.
  function keyed(key) {
    const [inner, outer] = [0x36, 0x5c].map((pad) => {
      const block = new Uint8Array(64).fill(pad);
      for (let i = 0; i < key.length; i += 1) block[i] ^= key[i];
      const state = START.slice();
      compress(state, block, 0);
      return state;
    });
    return (message) => finish(outer, finish(inner, message));
  }

  function finish(started, message) {
    const padded = new Uint8Array(Math.ceil((message.length + 9) / 64) * 64);
    padded.set(message);
    padded[message.length] = 0x80;
    new DataView(padded.buffer).setUint32(padded.length - 4, (message.length + 64) * 8);
    const state = started.slice();
    for (let block = 0; block < padded.length; block += 64) compress(state, padded, block);
    const out = new Uint8Array(32);
    for (let i = 0; i < 32; i += 1) out[i] = state[i >> 2] >>> (24 - 8 * (i & 3));
    return out;
  }

  function hmac(key, message) {
    const inner = new Uint8Array(64).fill(0x36);
    const outer = new Uint8Array(64).fill(0x5c);
    for (let i = 0; i < key.length; i += 1) { inner[i] ^= key[i]; outer[i] ^= key[i]; }
    return sha256(outer, sha256(inner, message));
  }

  const ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";

  function base32(bytes, size) {
    let out = "";
    let bits = 0;
    let held = 0;
    for (const each of bytes) {
      held = (held << 8) | each;
      bits += 8;
      while (bits >= 5) {
        bits -= 5;
        out += ALPHABET[(held >>> bits) & 31];
        held &= (1 << bits) - 1;
      }
      if (out.length >= size) break;
    }
    return out.slice(0, size);
  }

  const utf8 = new TextEncoder();
  const FOLDED = new Set(["email", "host", "user", "name", "company", "word", "iban", "mac", "address", "nationalid"]);
  const OWN = /^(?:dp-[a-z]+-[a-z2-7]{12}|[a-z2-7]{12}@dp\.invalid|99[0-9]{13})$/;

  function isPrivate(address) {
    const octets = address.split(".").map(Number);
    if (octets.length === 4) {
      const [a, b] = octets;
      return a === 10 || a === 127 || a === 0 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168) ||
        (a === 169 && b === 254) || a >= 240;
    }
    return /^(?:::1?$|fe[89ab]|f[cd]|2001:db8:)/i.test(address);
  }

  class Pseudonyms {
    constructor(key) {
      this.mac = keyed(hmac(key, utf8.encode("diagpack/1/pseudonym")));
      this.checkMac = keyed(hmac(key, utf8.encode("diagpack/1/pseudonym-check")));
      this.known = new Map();
    }

    token(value, entity) {
      const name = `${entity}\0${value}`;
      let found = this.known.get(name);
      if (found === undefined) {
        found = this.make(value, entity);
        if (this.known.size < 200000) this.known.set(name, found);
      }
      return found;
    }

    make(value, entity) {
      if (this.isToken(value)) return value;
      if (entity === "email") {
        const head = "@" + this.body(value, entity);
        return head.slice(1) + this.check(head) + "@dp.invalid";
      }
      if (entity === "ip") {
        if (isPrivate(value)) return value;
        const digest = this.digest(value.toLowerCase());
        return `${240 + (digest[0] % 15)}.${digest[1]}.${digest[2]}.${digest[3]}`;
      }
      const head = `dp-${entity}-${this.body(value, entity)}`;
      return head + this.check(head);
    }

    number(digits) {
      if (this.isToken(digits)) return digits;
      const bytes = this.digest(digits);
      let body = 0n;
      for (let i = 0; i < 8; i += 1) body = (body << 8n) | BigInt(bytes[i]);
      const head = "99" + String(body % 10000000000n).padStart(10, "0");
      return head + this.digitsCheck(head);
    }

    isToken(text) {
      if (text.length > 80 || !OWN.test(text)) return false;
      if (text.startsWith("99")) return this.digitsCheck(text.slice(0, 12)) === text.slice(12);
      const local = text.endsWith("@dp.invalid") ? "@" + text.slice(0, -11) : text;
      return this.check(local.slice(0, -2)) === local.slice(-2);
    }

    body(value, entity) {
      const composed = value.normalize("NFC");
      return base32(this.digest(FOLDED.has(entity) ? composed.toLowerCase() : composed), 10);
    }

    digest(text) { return this.mac(utf8.encode(text)); }

    check(head) { return base32(this.checkMac(utf8.encode(head)), 2); }

    digitsCheck(head) {
      const bytes = this.checkMac(utf8.encode(head));
      return String((((bytes[0] << 24) | (bytes[1] << 16) | (bytes[2] << 8) | bytes[3]) >>> 0) % 1000).padStart(3, "0");
    }
  }

  return { Pseudonyms, sha256, hmac };
})();

if (typeof module !== "undefined") module.exports = Tokens;
