"use strict";
// Makes the page quicker to use; nothing on it depends on this script. Text is set through textContent only.
(() => {
  const root = document.documentElement;
  const all = (selector) => Array.from(document.querySelectorAll(selector));
  const byId = (id) => document.getElementById(id);
  root.classList.add("scripted");

  // Filter: words joined by "and", !word leaves out, level:error picks a level.
  const box = byId("filter");
  const shown = byId("shown");
  const rows = all(".f");
  const sections = all("main > section");
  let texts = null;
  const apply = () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    texts = texts || rows.map((row) => row.textContent.toLowerCase());
    let count = 0;
    rows.forEach((row, number) => {
      const level = (row.dataset.level || "").toLowerCase();
      const fits = words.every((word) => {
        if (word.startsWith("level:")) return level.startsWith(word.slice(6));
        if (word.startsWith("!")) return word.length === 1 || !texts[number].includes(word.slice(1));
        return texts[number].includes(word);
      });
      row.hidden = !fits;
      if (fits) count += 1;
    });
    // Sections without a match step aside, so that what was found is on the screen.
    for (const section of sections) {
      section.hidden = words.length > 0 && !section.querySelector(".f:not([hidden])");
    }
    shown.textContent = words.length ? `${count} of ${rows.length}` : "";
  };
  box.addEventListener("input", apply);
  const clear = () => { box.value = ""; apply(); };

  // A link may lead into folded details, or to a row that the filter hides.
  const reveal = (hash, behavior = "auto") => {
    const target = hash.length > 1 ? byId(hash.slice(1)) : null;
    if (!target) return;
    if (target.closest("[hidden]")) clear();
    for (let at = target; at; at = at.parentElement) {
      if (at.tagName === "DETAILS") at.open = true;
    }
    const block = target.tagName === "SECTION" || target.tagName === "MAIN" ? "start" : "center";
    target.scrollIntoView({ block, behavior });
  };
  addEventListener("hashchange", () => reveal(location.hash));
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (link && link.getAttribute("href") === location.hash) reveal(location.hash);
  });
  // Who opens the page by a link to a place is there at once.
  if (location.hash) reveal(location.hash, "instant");

  // Next and previous finding or failing call.
  const positions = new Map();
  const step = (selector, by) => {
    const stops = all(selector).filter((each) => each.checkVisibility());
    if (!stops.length) return;
    const at = stops.indexOf(positions.get(selector));
    const next = stops[at < 0 ? (by > 0 ? 0 : stops.length - 1) : (at + by + stops.length) % stops.length];
    positions.set(selector, next);
    if (next.tagName === "DETAILS") next.open = true;
    const focus = next.tagName === "DETAILS" ? next.querySelector("summary") : next;
    focus.focus({ preventScroll: true });
    next.scrollIntoView({ block: "center" });
  };

  const store = (value) => { try { localStorage.setItem("diagpack-theme", value); } catch { /* not allowed here */ } };
  const stored = () => { try { return localStorage.getItem("diagpack-theme"); } catch { return null; } };
  if (stored() === "light" || stored() === "dark") root.dataset.theme = stored();
  const theme = () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    store(root.dataset.theme);
  };
  byId("theme").addEventListener("click", theme);

  const keys = byId("keys");
  const help = () => (keys.open ? keys.close() : keys.showModal());
  byId("help").addEventListener("click", help);

  const copied = (button) => {
    const label = button.textContent;
    button.textContent = "copied";
    button.classList.add("done");
    shown.textContent = "copied";
    setTimeout(() => { button.textContent = label; button.classList.remove("done"); shown.textContent = ""; }, 1200);
  };
  const byHand = (text, button) => {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (done) copied(button);
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button.copy");
    if (!button) return;
    event.preventDefault();
    const from = button.dataset.copyFrom;
    const text = from ? byId(from).textContent : button.dataset.copy;
    if (navigator.clipboard) navigator.clipboard.writeText(text).then(() => copied(button), () => byHand(text, button));
    else byHand(text, button);
  });

  const actions = {
    "/": () => box.focus(), f: () => box.focus(), "]": () => step(".finding", 1), "[": () => step(".finding", -1), j: () => step(".finding", 1), k: () => step(".finding", -1),
    n: () => step(".call.failing", 1), p: () => step(".call.failing", -1), t: theme, "?": help,
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape" && !keys.open) { clear(); box.blur(); return; }
    if (event.target.closest("input, textarea, select") || keys.open) return;
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });

  // Failing calls are printed open, and folded again afterwards.
  let folded = [];
  addEventListener("beforeprint", () => { folded = all("details.failing:not([open])"); folded.forEach((each) => { each.open = true; }); });
  addEventListener("afterprint", () => folded.forEach((each) => { each.open = false; }));

  // Marks the section that is read in the list on the left.
  const links = new Map(all(".toc a").map((link) => [link.hash.slice(1), link]));
  if ("IntersectionObserver" in window) {
    const watch = new IntersectionObserver((seen) => seen.forEach((each) => {
      const link = links.get(each.target.id);
      if (link) link.classList.toggle("here", each.isIntersecting);
    }), { rootMargin: "-20% 0px -70% 0px" });
    all("main > section[id]").forEach((section) => watch.observe(section));
  }
})();
