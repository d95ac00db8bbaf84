// Opens pages in headless Chromium and reports what happened, as one JSON line on stdout.
// Usage: node browse.mjs CHROMIUM PAGE... ; the first page is also driven with the keyboard and checked with axe-core.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

// The packages stand where DIAGPACK_NODE_MODULES says, not beside this file.
const packages = createRequire(process.env.DIAGPACK_NODE_MODULES + "/here.js");
const { default: puppeteer } = await import(pathToFileURL(packages.resolve("puppeteer-core")).href);

const [chromium, ...pages] = process.argv.slice(2);
const axe = readFileSync(packages.resolve("axe-core/axe.min.js"), "utf8");
const browser = await puppeteer.launch({
  executablePath: chromium,
  headless: true,
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--force-prefers-reduced-motion"],
});
const report = { pages: [] };

async function open(path, options = {}) {
  // A context of its own: a stored theme must not leak from one check into the next.
  const page = await (await browser.createBrowserContext()).newPage();
  await page.setViewport({ width: 1280, height: 800, ...options.viewport });
  if (options.noScript) await page.setJavaScriptEnabled(false);
  if (options.dark) await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "dark" }]);
  const seen = { path, console: [], errors: [], requests: [], dialogs: 0 };
  page.on("console", (message) => seen.console.push(message.text()));
  page.on("pageerror", (error) => seen.errors.push(String(error)));
  page.on("request", (request) => { if (!request.url().startsWith("data:")) seen.requests.push(request.url()); });
  page.on("dialog", (dialog) => { seen.dialogs += 1; dialog.dismiss(); });
  await page.setOfflineMode(true);
  const started = performance.now();
  await page.goto(pathToFileURL(path).href, { waitUntil: "load" });
  seen.loadMs = performance.now() - started;
  return [page, seen];
}

for (const path of pages) {
  const [page, seen] = await open(path);
  // Give every folded part and every handler a chance to act.
  seen.after = await page.evaluate(async () => {
    for (const each of document.querySelectorAll("details")) each.open = true;
    for (const each of document.querySelectorAll("a, button, input, summary")) each.focus();
    for (const each of document.querySelectorAll("a, button.copy")) each.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
    await new Promise((done) => setTimeout(done, 50));
    return { pwned: window.pwned ?? 0, scripts: document.scripts.length, location: location.pathname };
  });
  seen.expectedUrl = pathToFileURL(path).pathname;
  report.pages.push(seen);
  await page.close();
}

const audit = async (page) => {
  await page.evaluate(axe);
  const found = await page.evaluate(async () => (await window.axe.run(document, { resultTypes: ["violations"] })).violations
    .map((each) => ({ id: each.id, impact: each.impact, nodes: each.nodes.slice(0, 3).map((node) => `${node.target} ${node.any?.[0]?.message ?? ""}`) })));
  return found;
};

{
  const [page] = await open(pages[0]);
  const state = () => page.evaluate(() => ({
    focus: document.activeElement.id || document.activeElement.className || document.activeElement.tagName,
    hidden: document.querySelectorAll(".f[hidden]").length,
    rows: document.querySelectorAll(".f").length,
    dialog: document.getElementById("keys").open,
    theme: document.documentElement.dataset.theme ?? "",
    shown: document.getElementById("shown").textContent,
    sections: [...document.querySelectorAll("main > section")].filter((each) => !each.hidden).map((each) => each.id),
  }));
  const keys = {};
  await page.keyboard.press("j"); keys.j = await state();
  await page.keyboard.press("j"); keys.jj = await state();
  await page.keyboard.press("k"); keys.k = await state();
  await page.keyboard.press("]"); keys.bracket = await state();
  await page.keyboard.press("["); keys.back = await state();
  await page.keyboard.press("n"); keys.n = await state();
  await page.keyboard.type("f"); keys.f = await state();
  await page.keyboard.press("Escape");
  await page.keyboard.type("/"); keys.slash = await state();
  await page.keyboard.type("notbefore"); keys.filtered = await state();
  await page.keyboard.press("Escape"); keys.cleared = await state();
  await page.keyboard.type("?"); keys.help = await state();
  await page.keyboard.press("Escape"); keys.closed = await state();
  await page.keyboard.press("t"); keys.theme = await state();
  report.keys = keys;
  report.copied = await page.evaluate(async () => {
    let text = null;
    Object.defineProperty(navigator, "clipboard", { value: { writeText: async (value) => { text = value; } } });
    document.querySelector(".failcard button.copy").click();
    await new Promise((done) => setTimeout(done, 20));
    return [text, document.querySelector(".failcard button.copy").textContent];
  });
  await page.close();
}
for (const [name, options] of [["light", {}], ["dark", { dark: true }], ["narrow", { viewport: { width: 400, height: 800 } }]]) {
  const [page] = await open(pages[0], options);
  report[`axe_${name}`] = await audit(page);
  report[`overflow_${name}`] = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  await page.close();
}
{
  const [page] = await open(pages[0], { noScript: true });
  report.noScript = await page.$eval(".first", (node) => {
    const box = node.getBoundingClientRect();
    return { text: node.innerText, bottom: box.bottom, buttons: [...document.querySelectorAll("button.js, .js button")].filter((each) => each.offsetParent).length };
  });
  await page.close();
}
{
  const [page] = await open(pages[0]);
  // Every link of the page goes to a place that is there, and following it makes that place visible.
  report.links = await page.evaluate(async () => {
    const lost = [];
    for (const href of new Set([...document.querySelectorAll("a[href^='#']")].map((each) => each.getAttribute("href")))) {
      location.hash = href;
      await new Promise((done) => setTimeout(done, 0));
      await new Promise((done) => requestAnimationFrame(done));
      const target = document.getElementById(href.slice(1));
      if (!target || !target.checkVisibility()) lost.push(href);
    }
    return lost;
  });
  await page.close();
}
await browser.close();
console.log(JSON.stringify(report));
