// Writes the one file that leaves this computer: compressed, cut into pieces, each encrypted to every recipient.
// Enters: the head of the container (a JSON object), redacted files, recipients {kid, spki}. Leaves: a Blob of JSON
// Lines; each line is one compact JWE (RFC 7516; RSA-OAEP-256, A256GCM) with {case, nonce, n, last} in its protected
// header, and `prev`, the SHA-256 of the line before it, so that nothing can be taken out, swapped or changed.
"use strict";

const Seal = (() => {
  const PIECE = 3000000;
  const utf8 = new TextEncoder();

  function base64url(bytes) {
    const parts = [];
    for (let at = 0; at < bytes.length; at += 24576) parts.push(btoa(String.fromCharCode(...bytes.subarray(at, at + 24576))));
    return parts.join("").replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  const digest = async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const hex = (bytes) => Array.from(bytes, (each) => each.toString(16).padStart(2, "0")).join("");

  // The page's own SHA-256 makes the pseudonyms: it must agree with the browser's.
  async function selfCheck() {
    const sample = utf8.encode("diagpack self check ".repeat(11));
    return hex(await digest(sample)) === hex(Tokens.sha256(sample));
  }

  async function importRecipient(recipient) {
    const der = Uint8Array.from(atob(recipient.spki), (each) => each.charCodeAt(0));
    const key = await crypto.subtle.importKey("spki", der, { name: "RSA-OAEP", hash: "SHA-256" }, false, ["encrypt"]);
    return { kid: recipient.kid, key };
  }

  async function jwe(recipient, fields, piece) {
    const header = base64url(utf8.encode(JSON.stringify({ alg: "RSA-OAEP-256", enc: "A256GCM", kid: recipient.kid, ...fields })));
    const secret = crypto.getRandomValues(new Uint8Array(32));
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const key = await crypto.subtle.importKey("raw", secret, "AES-GCM", false, ["encrypt"]);
    const wrapped = new Uint8Array(await crypto.subtle.encrypt({ name: "RSA-OAEP" }, recipient.key, secret));
    const parameters = { name: "AES-GCM", iv, additionalData: utf8.encode(header), tagLength: 128 };
    const sealed = new Uint8Array(await crypto.subtle.encrypt(parameters, key, piece));
    const cut = sealed.length - 16;
    return [header, base64url(wrapped), base64url(iv), base64url(sealed.subarray(0, cut)), base64url(sealed.subarray(cut))].join(".");
  }

  async function* pieces(stream) {
    let held = new Uint8Array(PIECE);
    let size = 0;
    let full = null;
    const reader = stream.getReader();
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      for (let from = 0; from < next.value.length;) {
        if (size === PIECE) {
          if (full) yield full;
          full = held;
          held = new Uint8Array(PIECE);
          size = 0;
        }
        const taken = next.value.subarray(from, from + PIECE - size);
        held.set(taken, size);
        size += taken.length;
        from += taken.length;
      }
    }
    if (full) yield full;
    yield held.subarray(0, size);
  }

  async function seal(head, files, recipients, onPiece = () => {}) {
    const keys = await Promise.all(recipients.map(importRecipient));
    const container = new Blob([JSON.stringify(head), "\n", ...files]);
    const lines = [];
    let n = 0;
    let prev = "";
    let waiting = null;
    const write = async (piece, last) => {
      for (const recipient of keys) {
        const token = await jwe(recipient, { case: head.case, nonce: head.nonce, n, last, prev }, piece);
        const line = `"${token}"\n`;
        prev = base64url(await digest(utf8.encode(line)));
        lines.push(new Blob([line]));
      }
      n += 1;
      onPiece(n);
    };
    for await (const piece of pieces(container.stream().pipeThrough(new CompressionStream("gzip")))) {
      if (waiting) await write(waiting, false);
      waiting = piece;
    }
    await write(waiting, true);
    return new Blob(lines, { type: "application/octet-stream" });
  }

  return { seal, digest, hex, selfCheck, base64url };
})();

if (typeof module !== "undefined") module.exports = Seal;
