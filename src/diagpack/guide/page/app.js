// The flow: a few steps, one action each; then a look at the exact content; then one encrypted file.
// State lives in this page only: nothing is put into the browser's storage.
"use strict";

const state = { at: -1, answers: {}, files: {}, hide: [], started: new Date().toISOString(), saved: null, texts: {}, textCounts: {}, learned: new Map() };
const key = crypto.getRandomValues(new Uint8Array(32));
const main = document.getElementById("main");
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const browser = detectedBrowser();

const TREE = {
  name: ([path], names) => path.split(".").reduce((held, part) => (held && typeof held === "object" ? held[part] : undefined), names) ?? null,
  value: ([value]) => value,
  list: (items, names) => items.map((item) => evaluate(item, names)),
  not: ([item], names) => !evaluate(item, names),
  and: (items, names) => items.every((item) => evaluate(item, names)),
  or: (items, names) => items.some((item) => evaluate(item, names)),
  "==": ([a, b], names) => evaluate(a, names) === evaluate(b, names),
  "!=": ([a, b], names) => evaluate(a, names) !== evaluate(b, names),
  in: ([a, b], names) => (evaluate(b, names) || []).includes(evaluate(a, names)),
};

// Conditions come parsed; what this page does not know shows the step.
function evaluate([kind, ...parts], names) {
  return kind in TREE ? TREE[kind](parts, names) : true;
}

function steps() {
  const answers = Object.fromEntries(Object.entries(state.answers).map(([id, each]) => [id, each.value]));
  return DATA.steps.filter((step) => !step.when || evaluate(step.when, { answers }));
}

function pages() { return [...steps().map((step) => ({ kind: "item", step })), { kind: "preview" }, { kind: "save" }]; }

function minutesLeft() {
  const left = steps().slice(Math.max(0, state.at)).reduce((sum, step) => sum + step.minutes, 0);
  return Math.max(1, left + (state.at < pages().length - 1 ? 1 : 0));
}

// Frame ---------------------------------------------------------------------------------------------------------------

function show() {
  const all = pages();
  const page = all[state.at];
  const top = state.at < 0 ? [] : [
    make("div", { class: "top" },
      make("p", {}, say("step", { step: state.at + 1, total: all.length })),
      make("p", {}, state.at < all.length - 1 ? say("left", { minutes: minutesLeft() }) : "")),
    make("div", { class: "bar", role: "progressbar", "aria-valuemin": 0, "aria-valuemax": all.length, "aria-valuenow": state.at + 1, "aria-label": say("step", { step: state.at + 1, total: all.length }) }, make("span")),
  ];
  const card = make("section", { class: "card", "aria-live": "off" });
  main.replaceChildren(...top, card, foot());
  if (state.at >= 0) main.querySelector(".bar span").style.width = `${((state.at + 1) / all.length) * 100}%`;
  if (state.at < 0) showStart(card);
  else if (page.kind === "item") showItem(card, page.step);
  else if (page.kind === "preview") showPreview(card);
  else showSave(card);
  const heading = card.querySelector("h1");
  if (heading) { heading.tabIndex = -1; heading.focus(); }
  window.scrollTo(0, 0);
}

function foot() {
  return make("div", { class: "foot" },
    make("div", { class: "row" },
      make("span", {}, say("title", { case: DATA.case })),
      state.at >= 0 && state.at < pages().length - 1 ? make("button", { type: "button", class: "plain", onclick: saveProgress, id: "progress" }, say("progress")) : null),
    make("p", { id: "status", role: "status" }, DATA.is_draft ? say("draft") : ""));
}

function status(text) { document.getElementById("status").textContent = text; }

function move(by) { state.at += by; show(); }

function actions(card, { next = say("next"), ready = true, onNext = () => move(1), skip = null } = {}) {
  const button = make("button", { type: "button", class: "main", id: "next", onclick: onNext }, next);
  button.disabled = !ready;
  const back = make("button", { type: "button", id: "back", onclick: () => move(-1) }, say("back"));
  card.append(make("div", { class: "actions" }, button, back, skip));
  return button;
}

function showStart(card) {
  const isOver = Date.now() > Date.parse(DATA.expires);
  const expires = new Date(DATA.expires).toLocaleDateString(DATA.language, { dateStyle: "long" });
  const words = { case: DATA.case, contact: DATA.contact, expires };
  const resume = make("input", { type: "file", accept: ".json", hidden: true, id: "resume-file", onchange: loadProgress });
  card.append(
    make("h1", {}, DATA.title),
    make("p", {}, say("intro")),
    isOver ? make("ul", { class: "notes" }, make("li", { class: "warn" }, say("expired", words))) : make("p", { class: "soft" }, say("for", words)),
    make("details", {}, make("summary", {}, say("check_page")), make("p", {}, say("check_page_text", words))),
    make("div", { class: "actions" },
      make("button", { type: "button", class: "main", id: "start", onclick: () => move(1) }, say("start")),
      make("button", { type: "button", id: "resume", onclick: () => resume.click() }, say("resume")), resume));
}

// One step ------------------------------------------------------------------------------------------------------------

function record(step, fields) {
  const before = state.answers[step.id] || { attempts: 0, checks: [] };
  state.answers[step.id] = { ...before, ...fields, at: new Date().toISOString() };
}

// A checklist asks to send a file; here it is chosen.
const questionOf = (step) => DATA.strings[`ask_${step.id}`] ?? step.question;

function showItem(card, step) {
  card.append(make("h1", {}, step.title), make("p", {}, questionOf(step)), make("p", { class: "soft" }, step.why));
  const answer = state.answers[step.id];
  if (answer && answer.status === "skipped") card.append(make("p", {}, say("skipped", { reason: say(`reason_${answer.reason}`) })));
  const skip = step.can_skip ? make("button", { type: "button", class: "plain push", id: "skip", onclick: () => askReason(card, step) }, say("skip")) : null;
  ({ choice: showChoice, datetime: showTimes, file: showFile }[step.kind] || showText)(card, step, skip);
}

function showText(card, step, skip) {
  const box = make("textarea", { id: "answer", "aria-label": step.question });
  box.value = (state.answers[step.id] && state.answers[step.id].value) || "";
  card.append(box);
  const button = actions(card, { skip, ready: box.value.trim() !== "", onNext: () => { record(step, { status: "ok", value: box.value.trim(), reason: "" }); move(1); } });
  box.addEventListener("input", () => { button.disabled = !box.value.trim(); });
}

function showChoice(card, step, skip) {
  const held = state.answers[step.id] && state.answers[step.id].value;
  const set = make("fieldset", {}, make("legend", { hidden: true }, step.question));
  let button = null;
  for (const option of step.options) {
    const radio = make("input", { type: "radio", name: "answer", value: option });
    radio.checked = option === held;
    radio.addEventListener("change", () => { button.disabled = false; });
    set.append(make("label", { class: "choice" }, radio, say(`option_${option}`) === `option_${option}` ? option.replace(/_/g, " ") : say(`option_${option}`)));
  }
  card.append(set);
  const chosen = () => set.querySelector("input:checked");
  button = actions(card, { skip, ready: Boolean(held), onNext: () => { record(step, { status: "ok", value: chosen().value, reason: "" }); move(1); } });
}

function showTimes(card, step, skip) {
  const held = (state.answers[step.id] && state.answers[step.id].value) || DATA.window || {};
  const local = (iso) => { const at = iso ? new Date(iso) : null; return at ? new Date(at - at.getTimezoneOffset() * 60000).toISOString().slice(0, 16) : ""; };
  const field = (name, label, value) => { const input = make("input", { type: "datetime-local", id: name }); input.value = value; return [input, make("label", {}, label, input)]; };
  const [from, fromLabel] = field("window-start", say("window_start"), local(held.start));
  const [to, toLabel] = field("window-end", say("window_end"), local(held.end));
  card.append(make("div", { class: "pair" }, fromLabel, toLabel), make("p", { class: "soft" }, `${say("window_hint")} ${say("zone", { zone })}`));
  const times = () => { const at = [from, to].map((input) => Date.parse(input.value)).filter((each) => !Number.isNaN(each)).sort((a, b) => a - b); return at.length ? { start: new Date(at[0]).toISOString(), end: new Date(at[at.length - 1]).toISOString(), zone } : null; };
  const button = actions(card, { skip, ready: times() !== null, onNext: () => { record(step, { status: "ok", value: times(), reason: "" }); move(1); } });
  for (const input of [from, to]) input.addEventListener("input", () => { button.disabled = times() === null; });
}

function askReason(card, step) {
  const set = make("fieldset", {}, make("legend", {}, say("skip_why")));
  const confirm = make("button", { type: "button", class: "main", id: "skip-confirm" }, say("skip_confirm"));
  confirm.disabled = true;
  for (const reason of step.skip_reasons) {
    const radio = make("input", { type: "radio", name: "reason", value: reason, onchange: () => { confirm.disabled = false; } });
    set.append(make("label", { class: "choice" }, radio, say(`reason_${reason}`)));
  }
  confirm.addEventListener("click", () => {
    delete state.files[step.id];
    record(step, { status: "skipped", reason: set.querySelector("input:checked").value, value: null });
    move(1);
  });
  const cancel = make("button", { type: "button", onclick: show }, say("skip_cancel"));
  card.replaceChildren(make("h1", {}, step.title), set, make("div", { class: "actions" }, confirm, cancel));
  set.querySelector("input").focus();
}

// A file --------------------------------------------------------------------------------------------------------------

function howTo(step) {
  const names = Object.keys(step.how);
  const ordered = [...names].sort((a, b) => (b === browser) - (a === browser));
  return ordered.map((name) => {
    const label = say(`browser_${name}`);
    const list = make("ol", {}, ...[...step.how[name], say("then_choose")].map((line) => make("li", {}, line)));
    return make("details", { open: name === browser || names.length === 1 }, make("summary", {}, name === browser ? say("your_browser", { browser: label }) : label), list);
  });
}

function showFile(card, step, skip) {
  const held = state.files[step.id];
  const input = make("input", { type: "file", accept: step.accept.join(","), hidden: true, id: "file" });
  const area = make("div", { class: "drop" },
    make("button", { type: "button", class: held ? "" : "main", id: "choose", onclick: () => input.click() }, held ? say("choose_again") : say("choose")),
    make("p", { class: "soft" }, `${say("drop")} · ${say("formats", { formats: step.accept.join(", "), mb: step.max_mb })}`), input);
  const result = make("div", { id: "result", role: "status" });
  card.append(make("p", {}, say(step.reads === "image" ? "image_here" : "file_here")));
  if (step.privacy) card.append(make("p", { class: "soft" }, step.privacy));
  const again = state.answers[step.id] && state.answers[step.id].chosen && !held;
  if (again) result.append(make("p", {}, say("choose_same")));
  card.append(...howTo(step), area, result);
  const isFine = held && !held.checks.some((check) => check.level === "error") && !mustLook(step, held);
  const button = actions(card, { skip, ready: Boolean(isFine), onNext: () => move(1) });
  if (held) showResult(result, step, held, button);
  const take = (file) => file && takeFile(step, file, result, button, area);
  input.addEventListener("change", () => take(input.files[0]));
  area.addEventListener("dragover", (event) => { event.preventDefault(); area.classList.add("over"); });
  area.addEventListener("dragleave", () => area.classList.remove("over"));
  area.addEventListener("drop", (event) => { event.preventDefault(); area.classList.remove("over"); take(event.dataTransfer.files[0]); });
}

function contextOf() {
  const windowed = Object.values(state.answers).find((each) => each.status === "ok" && each.value && each.value.start);
  // Request IDs of an earlier file are looked for in a later one.
  const found = Object.values(state.files).flatMap((held) => held.checks).filter((check) => check.id === "ids.found");
  const typed = state.answers["error-text"] && state.answers["error-text"].value;
  return {
    hosts: DATA.hosts, window: windowed ? windowed.value : DATA.window, slack: DATA.slack_seconds, zone, browser,
    ids: [...DATA.request_ids, ...found.flatMap((check) => check.data.ids.map((each) => each.id))],
    id_headers: DATA.book.id_headers, error_text: typeof typed === "string" ? typed : "",
  };
}

function redactFile(step, file, onMessage) {
  return Runner.runFile({ type: "file", file, wanted: step.reads, maxMb: step.max_mb, checks: step.validate, context: contextOf(), hide: [...DATA.book.hide, ...state.hide], learned: [...state.learned], book: DATA.book, key }, onMessage);
}

async function takeFile(step, file, result, button, area) {
  const bar = make("progress", { max: 1, "aria-label": say("working_redacting") });
  const word = make("p", {}, say("working_reading"));
  result.replaceChildren(word, bar, make("button", { type: "button", onclick: () => Runner.stop() }, say("stop")));
  button.disabled = true;
  area.hidden = true;
  delete state.files[step.id];
  const attempts = ((state.answers[step.id] && state.answers[step.id].attempts) || 0) + 1;
  const answer = await redactFile(step, file, (message) => {
    if (message.phase) { word.textContent = say(`working_${message.phase}`); bar.removeAttribute("value"); }
    if (message.done) bar.value = message.done;
  });
  area.hidden = false;
  if (answer.type !== "redacted") {
    const problem = answer.type === "refused" ? say(`problem_${answer.problem}`, { mb: step.max_mb }) : say("failed");
    const kind = { har: "har", image: "img" }[step.reads] || "log";
    const id = `${kind}.${answer.problem === "big" ? "size" : kind === "img" ? "type" : "parse"}`;
    record(step, { status: "failed", attempts, checks: [{ id, level: "error", data: { problem: answer.problem || answer.type } }], value: null });
    result.replaceChildren(answer.type === "stopped" ? "" : make("ul", { class: "notes" }, make("li", { class: "error" }, problem)));
    return;
  }
  const held = { ...answer, file, step: step.id };
  state.files[step.id] = held;
  for (const [value, entity] of held.learned) state.learned.set(value, entity);
  record(step, { status: statusOf(held.checks), attempts, checks: held.checks, chosen: true, confirmed: held.kind === "image" ? false : undefined, reason: "" });
  showResult(result, step, held, button);
}

const statusOf = (checks) => (checks.some((each) => each.level === "warn" || each.level === "error") ? "warn" : "ok");

function showResult(result, step, held, button) {
  const order = { error: 0, warn: 1, ok: 2, info: 3 };
  const notes = [...held.checks].sort((a, b) => order[a.level] - order[b.level]).map((check) => make("li", { class: check.level }, checkText(check)));
  notes.push(make("li", { class: "ok" }, say("removed", { count: numberText(total(held.counts)) })));
  if (held.withheld) notes.push(make("li", { class: "warn" }, say("withheld", { count: held.withheld })));
  result.replaceChildren(make("ul", { class: "notes" }, ...notes));
  const hasError = held.checks.some((check) => check.level === "error");
  button.disabled = hasError;
  if (hasError) {
    // Never a dead end: a file that seems wrong can still be all there is.
    result.append(make("button", { type: "button", id: "use-anyway", onclick: () => { record(step, { status: "warn", reason: "used anyway" }); move(1); } }, say("use_anyway")));
  } else if (mustLook(step, held)) result.append(lookAt(step, held, button));
  else button.focus();
}

// Text in pictures is not removed: the person who sends one says that they looked.
const mustLook = (step, held) => held.kind === "image" && !state.answers[step.id].confirmed;

function lookAt(step, held, button) {
  button.disabled = true;
  const box = make("input", { type: "checkbox", id: "looked", onchange: () => { record(step, { confirmed: box.checked }); button.disabled = !box.checked; } });
  return make("div", {}, picture(held), make("label", { class: "choice" }, box, say("img_looked")));
}

function picture(held) {
  const shown = make("img", { class: "picture", alt: say("img_alt"), src: URL.createObjectURL(held.blob) });
  shown.addEventListener("load", () => URL.revokeObjectURL(shown.src));
  return shown;
}

document.addEventListener("DOMContentLoaded", show);
