// What kind of file was given, and its text. Enters: a File. Leaves: {kind, text} or {kind, problem}.
// Kinds: har, saml-trace, log, image; problems: empty, html, netlog, webarchive, archive, cut, unknown, big.
"use strict";

const Reading = (() => {
  const MOST = 536870912;

  async function inflated(stream, format) {
    const reader = stream.pipeThrough(new DecompressionStream(format)).getReader();
    const parts = [];
    let size = 0;
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      size += next.value.length;
      if (size > MOST) throw new RangeError("big");
      parts.push(next.value);
    }
    return new Blob(parts);
  }

  // The first recording or log of a zip file; stored and deflated members only.
  async function unzipped(file) {
    const tail = new DataView(await file.slice(Math.max(0, file.size - 66000)).arrayBuffer());
    let end = tail.byteLength - 22;
    while (end >= 0 && tail.getUint32(end, true) !== 0x06054b50) end -= 1;
    if (end < 0) return null;
    const directory = new DataView(await file.slice(tail.getUint32(end + 16, true)).arrayBuffer());
    const names = new TextDecoder();
    let best = null;
    for (let at = 0, count = tail.getUint16(end + 10, true); count > 0; count -= 1) {
      if (at + 46 > directory.byteLength || directory.getUint32(at, true) !== 0x02014b50) break;
      const size = directory.getUint16(at + 28, true);
      const name = names.decode(new Uint8Array(directory.buffer, at + 46, size));
      const member = { name, method: directory.getUint16(at + 10, true), size: directory.getUint32(at + 20, true), start: directory.getUint32(at + 42, true) };
      const score = /\.har$/i.test(name) ? 3 : /\.(?:json|log|txt|jsonl)$/i.test(name) ? 2 : name.endsWith("/") ? 0 : 1;
      if (score && (!best || score > best.score)) best = { ...member, score };
      at += 46 + size + directory.getUint16(at + 30, true) + directory.getUint16(at + 32, true);
    }
    if (!best) return null;
    const local = new DataView(await file.slice(best.start, best.start + 30).arrayBuffer());
    const from = best.start + 30 + local.getUint16(26, true) + local.getUint16(28, true);
    const body = file.slice(from, from + best.size);
    if (best.method === 0) return body;
    return best.method === 8 ? inflated(body.stream(), "deflate-raw") : null;
  }

  async function unpacked(file) {
    const head = new Uint8Array(await file.slice(0, 4).arrayBuffer());
    if (head[0] === 0x1f && head[1] === 0x8b) return inflated(file.stream(), "gzip");
    if (head[0] === 0x50 && head[1] === 0x4b && head[2] === 3) return unzipped(file);
    return file;
  }

  async function textOf(blob) {
    const head = new Uint8Array(await blob.slice(0, 2).arrayBuffer());
    if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) {
      return new TextDecoder(head[0] === 0xff ? "utf-16le" : "utf-16be").decode(await blob.arrayBuffer());
    }
    const text = await blob.text();
    if (!text.slice(0, 200000).includes("\ufffd")) return text;
    return new TextDecoder("windows-1252").decode(await blob.arrayBuffer());
  }

  async function imageOf(blob) {
    const head = new Uint8Array(await blob.slice(0, 8).arrayBuffer());
    if (head[0] === 0x89 && head[1] === 0x50 && head[2] === 0x4e && head[3] === 0x47) return "image/png";
    return head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff ? "image/jpeg" : "";
  }

  async function read(file, wanted, maxMb) {
    if (!file.size) return { problem: "empty" };
    if (maxMb && file.size > maxMb * 1048576) return { problem: "big" };
    if (wanted === "image") {
      const type = await imageOf(file);
      return type ? { kind: "image", blob: file, type } : { problem: "image" };
    }
    let blob;
    try {
      blob = await unpacked(file);
    } catch (error) {
      return { problem: error instanceof RangeError ? "big" : "archive" };
    }
    if (!blob) return { problem: "archive" };
    if (!blob.size) return { problem: "empty" };
    const text = await textOf(blob);
    return wanted === "har" ? recording(text) : log(text);
  }

  function log(text) {
    if (/[\x00-\x08\x0e-\x1a]/.test(text.slice(0, 65536))) return { problem: "unknown" };
    return { kind: "log", text };
  }

  function recording(text) {
    const head = text.slice(0, 2000).replace(/^[\ufeff \t\r\n]+/, "");
    if (head.startsWith("bplist")) return { problem: "webarchive" };
    if (/^<(?:!doctype|html|head|body)/i.test(head)) return { problem: "html" };
    if (!/^[{[]/.test(head)) return { problem: "unknown" };
    let document;
    try {
      document = JSON.parse(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
    } catch {
      return { problem: /"log"|"entries"/.test(head) ? "cut" : "unknown" };
    }
    if (document && document.log && Array.isArray(document.log.entries)) {
      return document.log.entries.length ? { kind: "har", document, text } : { problem: "no_entries" };
    }
    if (document && Array.isArray(document.requests)) return { kind: "saml-trace", text };
    if (document && document.constants && document.events) return { problem: "netlog" };
    return { problem: "unknown" };
  }

  return { read };
})();

if (typeof module !== "undefined") module.exports = Reading;
