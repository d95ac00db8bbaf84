// Small helpers: words in the page's language, and elements built without markup strings.
"use strict";

const DATA = JSON.parse(document.getElementById("data").textContent);

function say(key, values = {}) {
  const text = DATA.strings[key] ?? key;
  return text.replace(/\{([a-z_]+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

function download(name, blob) {
  const url = URL.createObjectURL(blob);
  const link = make("a", { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
}

const whenText = (iso) => new Date(iso).toLocaleString(DATA.language, { dateStyle: "medium", timeStyle: "short" });
const numberText = (number) => Number(number).toLocaleString(DATA.language);

function durationText(seconds) {
  const [unit, size] = seconds < 120 ? ["second", 1] : seconds < 7200 ? ["minute", 60] : seconds < 172800 ? ["hour", 3600] : ["day", 86400];
  return new Intl.NumberFormat(DATA.language, { style: "unit", unit, unitDisplay: "long" }).format(Math.round(seconds / size));
}

// The sentence of one check; data of evidence is put in as text, never as markup.
function checkText(check) {
  const data = { ...check.data };
  for (const name of ["first", "last", "start", "end", "until", "since"]) if (data[name]) data[name] = whenText(data[name]);
  for (const name of ["count", "lines"]) if (data[name] !== undefined) data[name] = numberText(data[name]);
  if (data.seconds !== undefined) data.duration = durationText(data.seconds);
  const detail = data.problem || data.direction || data.reached || data.side;
  const keys = [`${check.id}.${check.level}.${detail}`, `${check.id}.${detail}`, `${check.id}.${check.level}`, check.id];
  return say(keys.find((key) => key in DATA.strings) || check.id, data);
}

function countsText(counts) {
  const known = Object.entries(counts).filter(([, count]) => count).sort((a, b) => b[1] - a[1]);
  return known.map(([entity, count]) => `${numberText(count)} ${say(`class_${entity}`)}`).join(", ");
}

const total = (counts) => Object.values(counts).reduce((sum, count) => sum + count, 0);

function detectedBrowser() {
  const agent = navigator.userAgent;
  if (/Edg\//.test(agent)) return "edge";
  if (/Firefox\//.test(agent)) return "firefox";
  if (/Chrome\/|Chromium\//.test(agent)) return "chrome";
  return /Safari\//.test(agent) ? "safari" : "";
}
