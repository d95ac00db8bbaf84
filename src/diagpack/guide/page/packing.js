// Encodings: base64 both ways, raw deflate (RFC 1951) read in full and written as stored blocks.
// Enters and leaves: strings of bytes (one character a byte). null where the input is not that encoding.
"use strict";

const Packing = (() => {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const encoder = new TextEncoder();
  const LIMIT = 33554432;

  const isAscii = (text) => /^[\x00-\x7f]*$/.test(text);

  function toBytes(text) {
    if (isAscii(text)) return text;
    const bytes = encoder.encode(text);
    let out = "";
    for (let at = 0; at < bytes.length; at += 8192) out += String.fromCharCode(...bytes.subarray(at, at + 8192));
    return out;
  }

  function toText(bytes) {
    if (isAscii(bytes)) return bytes;
    const buffer = new Uint8Array(bytes.length);
    for (let i = 0; i < bytes.length; i += 1) buffer[i] = bytes.charCodeAt(i);
    try {
      return decoder.decode(buffer);
    } catch {
      return null;
    }
  }

  // Readable text only: no control characters but tab, line feed and carriage return.
  const isReadable = (text) => !/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]/.test(text);

  function unbase64(run) {
    const bare = run.replace(/=+$/, "").replace(/-/g, "+").replace(/_/g, "/");
    if (bare.length % 4 === 1 || !/^[A-Za-z0-9+/]*$/.test(bare)) return null;
    return atob(bare + "=".repeat((4 - (bare.length % 4)) % 4));
  }

  function base64(bytes, like) {
    let out = btoa(bytes);
    if (/[-_]/.test(like)) out = out.replace(/\+/g, "-").replace(/\//g, "_");
    const padded = like.endsWith("=") || (like.length % 4 === 0 && !/[-_]/.test(like));
    return padded ? out : out.replace(/=+$/, "");
  }

  const LENGTHS = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
    227, 258];
  const LENGTH_BITS = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
  const DISTANCES = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073,
    4097, 6145, 8193, 12289, 16385, 24577];
  const DISTANCE_BITS = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];
  const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

  function tree(lengths) {
    const count = new Array(16).fill(0);
    for (const each of lengths) count[each] += 1;
    count[0] = 0;
    const next = new Array(16).fill(0);
    for (let bits = 1, code = 0; bits < 16; bits += 1) {
      code = (code + count[bits - 1]) << 1;
      next[bits] = code;
    }
    const codes = new Map();
    lengths.forEach((size, symbol) => {
      if (size) { codes.set((size << 16) | next[size], symbol); next[size] += 1; }
    });
    return codes;
  }

  function inflateRaw(data) {
    let at = 0;
    let bit = 0;
    const out = [];
    const bits = (count) => {
      let value = 0;
      for (let i = 0; i < count; i += 1) {
        if (at >= data.length) throw new RangeError("cut short");
        value |= ((data.charCodeAt(at) >> bit) & 1) << i;
        bit += 1;
        if (bit === 8) { bit = 0; at += 1; }
      }
      return value;
    };
    const symbol = (codes) => {
      let code = 0;
      for (let size = 1; size < 16; size += 1) {
        code = (code << 1) | bits(1);
        const found = codes.get((size << 16) | code);
        if (found !== undefined) return found;
      }
      throw new RangeError("bad code");
    };
    const dynamic = () => {
      const literals = bits(5) + 257;
      const distances = bits(5) + 1;
      const lengths = new Array(19).fill(0);
      for (let i = 0, total = bits(4) + 4; i < total; i += 1) lengths[ORDER[i]] = bits(3);
      const codes = tree(lengths);
      const all = [];
      while (all.length < literals + distances) {
        const each = symbol(codes);
        if (each < 16) all.push(each);
        else {
          const value = each === 16 ? all[all.length - 1] : 0;
          const times = each === 16 ? bits(2) + 3 : each === 17 ? bits(3) + 3 : bits(7) + 11;
          if (value === undefined) throw new RangeError("bad repeat");
          for (let i = 0; i < times; i += 1) all.push(value);
        }
      }
      return [tree(all.slice(0, literals)), tree(all.slice(literals, literals + distances))];
    };
    const fixed = () => [
      tree([...new Array(144).fill(8), ...new Array(112).fill(9), ...new Array(24).fill(7), ...new Array(8).fill(8)]),
      tree(new Array(30).fill(5)),
    ];
    const stored = () => {
      if (bit) { bit = 0; at += 1; }
      const size = data.charCodeAt(at) | (data.charCodeAt(at + 1) << 8);
      const inverse = data.charCodeAt(at + 2) | (data.charCodeAt(at + 3) << 8);
      if ((size ^ inverse) !== 0xffff || at + 4 + size > data.length) throw new RangeError("bad block");
      for (let i = 0; i < size; i += 1) out.push(data.charCodeAt(at + 4 + i));
      at += 4 + size;
    };
    try {
      for (let last = 0; !last;) {
        last = bits(1);
        const kind = bits(2);
        if (kind === 3) return null;
        if (kind === 0) { stored(); continue; }
        const [literals, distances] = kind === 1 ? fixed() : dynamic();
        for (let each = symbol(literals); each !== 256; each = symbol(literals)) {
          if (each < 256) { out.push(each); continue; }
          if (each > 285) return null;
          const length = LENGTHS[each - 257] + bits(LENGTH_BITS[each - 257]);
          const far = symbol(distances);
          const distance = DISTANCES[far] + bits(DISTANCE_BITS[far]);
          if (!(distance <= out.length) || out.length + length > LIMIT) return null;
          for (let i = 0; i < length; i += 1) out.push(out[out.length - distance]);
        }
      }
    } catch {
      return null;
    }
    let text = "";
    for (let i = 0; i < out.length; i += 8192) text += String.fromCharCode(...out.slice(i, i + 8192));
    return text;
  }

  function deflateStored(bytes) {
    let out = "";
    for (let i = 0; i === 0 || i < bytes.length; i += 65535) {
      const part = bytes.slice(i, i + 65535);
      const size = part.length;
      out += String.fromCharCode(i + 65535 >= bytes.length ? 1 : 0, size & 255, size >> 8, ~size & 255, (~size >> 8) & 255);
      out += part;
    }
    return out;
  }

  return { toBytes, toText, isReadable, unbase64, base64, inflateRaw, deflateStored };
})();

if (typeof module !== "undefined") module.exports = Packing;
