// Drives a real browser over one page. Enters: a JSON plan on stdin {browser, executable, page, downloads, modules,
// actions}. Leaves: one JSON object on stdout {results, requests, connections, errors}. Every connection the page tries
// is recorded; a proxy that refuses everything stands where the network would be.
"use strict";

const fs = require("fs");
const net = require("net");
const path = require("path");

const plan = JSON.parse(fs.readFileSync(0, "utf8"));
const puppeteer = require(path.join(plan.modules, "puppeteer-core"));

async function refusingProxy() {
  const seen = [];
  const server = net.createServer((socket) => {
    socket.once("data", (data) => { seen.push(String(data).split("\r\n")[0]); socket.destroy(); });
    socket.on("error", () => {});
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { seen, port: server.address().port, close: () => server.close() };
}

function launch(port) {
  if (plan.browser === "firefox") {
    return puppeteer.launch({
      browser: "firefox", executablePath: plan.executable, headless: true, timeout: 120000, protocolTimeout: 240000,
      extraPrefsFirefox: {
        "network.proxy.type": 1, "network.proxy.http": "127.0.0.1", "network.proxy.http_port": port, "network.proxy.ssl": "127.0.0.1", "network.proxy.ssl_port": port,
        "browser.download.folderList": 2, "browser.download.dir": plan.downloads, "browser.download.always_ask_before_handling_new_types": false,
        "browser.helperApps.neverAsk.saveToDisk": "application/octet-stream,application/json", "browser.download.panel.shown": true,
        "datareporting.policy.dataSubmissionEnabled": false, "app.normandy.enabled": false, "intl.accept_languages": plan.language || "en",
      },
    });
  }
  return puppeteer.launch({
    executablePath: plan.executable, headless: true, timeout: 120000, protocolTimeout: 240000,
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run", `--proxy-server=127.0.0.1:${port}`, "--disable-component-update", "--disable-sync", "--disable-features=OptimizationHints,MediaRouter,Translate", `--lang=${plan.language || "en"}`],
  });
}

async function saved(name, timeout) {
  const file = path.join(plan.downloads, name);
  for (const end = Date.now() + timeout; Date.now() < end;) {
    if (fs.existsSync(file) && fs.statSync(file).size && !fs.existsSync(`${file}.part`) && !fs.existsSync(`${file}.crdownload`)) return fs.statSync(file).size;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`not saved: ${name}`);
}

const TIMEOUT = plan.timeout || 60000;

const ACTIONS = {
  click: async (page, selector) => {
    await page.waitForSelector(`${selector}:not([disabled])`, { timeout: TIMEOUT });
    await page.evaluate((each) => document.querySelector(each).click(), selector);
  },
  wait: (page, selector) => page.waitForSelector(selector, { timeout: TIMEOUT }).then(() => null),
  gone: (page, selector) => page.waitForFunction((each) => !document.querySelector(each), { timeout: TIMEOUT }, selector).then(() => null),
  fill: async (page, selector, value) => {
    await page.waitForSelector(selector, { timeout: TIMEOUT });
    await page.evaluate((each, text) => { const box = document.querySelector(each); box.value = text; box.dispatchEvent(new Event("input", { bubbles: true })); box.dispatchEvent(new Event("change", { bubbles: true })); }, selector, value);
  },
  upload: async (page, selector, file) => {
    const input = await page.waitForSelector(selector, { timeout: TIMEOUT });
    await input.uploadFile(file);
  },
  text: (page, selector) => page.$eval(selector, (element) => element.innerText),
  press: async (page, ...keys) => { for (const key of keys) await page.keyboard.press(key); },
  type: (page, text) => page.keyboard.type(text),
  focused: (page) => page.evaluate(() => { const each = document.activeElement; return each ? `${each.tagName.toLowerCase()}#${each.id}` : ""; }),
  evaluate: (page, source) => page.evaluate(source),
  size: (page, width, height) => page.setViewport({ width, height }),
  dark: (page) => page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "dark" }]),
  shot: async (page, file) => { await page.screenshot({ path: file, fullPage: true }); },
  saved: (page, name) => saved(name, TIMEOUT),
  axe: async (page) => {
    await page.evaluate(fs.readFileSync(path.join(plan.modules, "axe-core", "axe.min.js"), "utf8"));
    const found = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
    return found.violations.map((each) => ({ id: each.id, impact: each.impact, nodes: each.nodes.map((node) => node.html.slice(0, 200)) }));
  },
  tabto: async (page, selector) => {
    for (let tries = 0; tries < 80; tries += 1) {
      if (await page.evaluate((each) => Boolean(document.activeElement && document.activeElement.matches(each)), selector)) return tries;
      await page.keyboard.press("Tab");
    }
    throw new Error(`the Tab key does not reach ${selector}`);
  },
  choose: async (page, key, file) => {
    // The key may be pressed before the browser listens for the dialog: press again when none came.
    for (let tries = 0; tries < 5; tries += 1) {
      const waiting = page.waitForFileChooser({ timeout: 8000 }).catch(() => null);
      await new Promise((resolve) => setTimeout(resolve, 400));
      await page.keyboard.press(key);
      const chooser = await waiting;
      if (chooser) return void (await chooser.accept([file]));
    }
    throw new Error("no file dialog opened");
  },
  stores: (page) => page.evaluate(async () => {
    const read = (get) => { try { return get(); } catch { return ""; } };
    const bases = globalThis.indexedDB && indexedDB.databases ? await indexedDB.databases().catch(() => []) : [];
    return JSON.stringify([read(() => ({ ...localStorage })), read(() => ({ ...sessionStorage })), read(() => document.cookie), bases, await (globalThis.caches ? caches.keys().catch(() => []) : [])]);
  }),
  fetch: (page, url) => page.evaluate((each) => fetch(each).then(() => "sent", () => "refused"), url),
  sleep: (page, ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

(async () => {
  const proxy = await refusingProxy();
  const out = { results: [], requests: [], errors: [] };
  const browser = await launch(proxy.port);
  try {
    const page = await browser.newPage();
    if (plan.browser !== "firefox") {
      const session = await page.createCDPSession();
      await session.send("Browser.setDownloadBehavior", { behavior: "allow", downloadPath: plan.downloads });
    }
    page.on("request", (request) => { if (!/^(?:file|blob|data|about):/.test(request.url())) out.requests.push(request.url()); });
    page.on("pageerror", (error) => out.errors.push(String(error)));
    page.on("console", (message) => { if (message.type() === "error") out.errors.push(message.text()); });
    page.on("workercreated", (worker) => worker.on && worker.on("console", (message) => out.errors.push(`worker: ${message.text()}`)));
    await page.goto(plan.page, { waitUntil: "load", timeout: 120000 });
    for (const [name, ...parameters] of plan.actions) {
      try {
        out.results.push((await ACTIONS[name](page, ...parameters)) ?? null);
      } catch (error) {
        out.failed = `${name} ${JSON.stringify(parameters)}: ${error.message}`;
        out.body = await page.evaluate(() => document.body.innerText).catch(() => "");
        break;
      }
    }
    out.connections = proxy.seen;
  } finally {
    await browser.close().catch(() => {});
    proxy.close();
  }
  process.stdout.write(JSON.stringify(out));
  process.exit(0);
})().catch((error) => { process.stderr.write(String(error.stack || error)); process.exit(1); });
