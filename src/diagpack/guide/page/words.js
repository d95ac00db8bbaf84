// Small helpers of the redactor: ASCII case, percent escapes, well-formed text, what looks like no chosen word.
// Enters and leaves: strings. The twin of script/names.py.
"use strict";

const GuideWords = (() => {
  const strip = (text) => text.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
  // ASCII letters only: the bytes of other letters must stay what they are.
  const lower = (text) => (/[^\x00-\x7f]/.test(text) ? text.replace(/[A-Z]+/g, (part) => part.toLowerCase()) : text.toLowerCase());
  const squeeze = (name) => lower(name).replace(/[-_. [\]:]/g, "");
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

  return { strip, lower, squeeze, wellFormed, looksOpaque, unquote, quote };
})();

if (typeof module !== "undefined") module.exports = GuideWords;
