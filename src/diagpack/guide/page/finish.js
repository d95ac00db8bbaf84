// The last pages: the exact content with what was removed, more words to hide, the encrypted file, the upload address.
"use strict";

const PART = 20000;

function answersDocument() {
  const listed = steps().map((step) => {
    const answer = state.answers[step.id] || { status: "skipped", reason: "not reached", attempts: 0, checks: [] };
    const out = { id: step.id, kind: step.kind, title: step.title_en, status: answer.status, reason: answer.reason || "", attempts: answer.attempts || 0, checks: answer.checks || [], at: answer.at || null };
    if (step.kind !== "file") out.value = step.id in state.texts ? state.texts[step.id] : answer.value ?? null;
    else if (state.files[step.id]) Object.assign(out, { confirmed: answer.confirmed, file: nameOf(state.files[step.id]), facts: state.files[step.id].facts, removed: state.files[step.id].counts, withheld_values: state.files[step.id].withheld });
    return out;
  });
  return {
    schema: "diagpack.guided-answers/1", case: DATA.case, checklist: DATA.checklist, language: DATA.language,
    started: state.started, finished: new Date().toISOString(), removed_from_answers: state.textCounts, words_hidden: state.hide.length,
    surroundings: { user_agent: navigator.userAgent, languages: [...navigator.languages], time_zone: zone, screen: `${screen.width}x${screen.height}`, pixel_ratio: window.devicePixelRatio, cookies: navigator.cookieEnabled, online: navigator.onLine },
    steps: listed,
  };
}

const nameOf = (held) => `${held.step}${held.suffix}`;

async function redactTexts() {
  const texts = {};
  for (const step of steps()) {
    const answer = state.answers[step.id];
    if (step.kind === "text" && answer && typeof answer.value === "string") texts[step.id] = answer.value;
  }
  if (!Object.keys(texts).length) { state.texts = {}; state.textCounts = {}; return true; }
  const answer = await Runner.run({ type: "texts", texts, hide: [...DATA.book.hide, ...state.hide], learned: [...state.learned], book: DATA.book, key });
  if (answer.type !== "texts") return false;
  for (const [value, entity] of answer.learned) state.learned.set(value, entity);
  state.texts = answer.texts;
  state.textCounts = answer.counts;
  return true;
}

// Answers and files until each knows what the others taught; `all`: files too that know it (new words to hide).
async function settle(all = false) {
  if (!(await redactTexts())) return false;
  for (const step of DATA.steps) {
    const held = state.files[step.id];
    const known = held && new Set(held.learned.map(([value]) => value));
    if (!held || held.kind === "image" || (!all && [...state.learned.keys()].every((value) => known.has(value)))) continue;
    const answer = await redactFile(step, held.file, () => {});
    if (answer.type !== "redacted") return false;
    state.files[step.id] = { ...answer, file: held.file, step: step.id };
  }
  return true;
}

// One part of the content; a letter of several bytes on the border belongs to the part it begins in.
async function partOf(blob, page) {
  const bytes = new Uint8Array(await blob.slice(page * PART, (page + 1) * PART + 3).arrayBuffer());
  const isInside = (at) => (bytes[at] & 0xc0) === 0x80;
  let from = 0;
  let to = Math.min(PART, bytes.length);
  while (page > 0 && from < 3 && isInside(from)) from += 1;
  while (to < bytes.length && isInside(to)) to += 1;
  return new TextDecoder().decode(bytes.subarray(from, to));
}

// The text with its stand-ins marked.
function marked(text) {
  const parts = text.split(/(dp-[a-z]+-[a-z2-7]{12}|[a-z2-7]{12}@dp\.invalid)/);
  return parts.map((part, index) => (index % 2 ? make("mark", {}, part) : part));
}

function viewer(title, blob, counts) {
  const text = make("pre", { tabindex: 0, "aria-label": title });
  const place = make("span", { class: "soft" });
  const found = make("span", { class: "soft", role: "status" });
  const pageCount = Math.max(1, Math.ceil(blob.size / PART));
  let page = 0;
  const turn = async (to) => {
    page = Math.min(pageCount - 1, Math.max(0, to));
    text.replaceChildren(...marked(await partOf(blob, page)));
    place.textContent = say("preview_page", { page: page + 1, pages: pageCount });
  };
  const query = make("input", { type: "text", "aria-label": say("find"), placeholder: say("find") });
  const find = async () => {
    found.textContent = "";
    if (!query.value) return;
    for (let step = 1; step <= pageCount; step += 1) {
      const at = (page + step) % pageCount;
      // A little of the next part, so that a word on the border is found.
      const part = await blob.slice(at * PART, (at + 1) * PART + 200).text();
      if (part.toLowerCase().includes(query.value.toLowerCase())) { await turn(at); return; }
    }
    found.textContent = say("find_none");
  };
  turn(0);
  const pager = pageCount > 1 ? make("div", { class: "row" },
    make("button", { type: "button", onclick: () => turn(page - 1) }, say("preview_before")),
    make("button", { type: "button", onclick: () => turn(page + 1) }, say("preview_after")), place) : null;
  const summary = countsText(counts);
  return make("details", { class: "viewer" },
    make("summary", {}, title),
    make("p", { class: "soft" }, summary ? say("preview_counts", { list: summary }) : say("preview_none")),
    text, pager, make("div", { class: "row" }, query, make("button", { type: "button", onclick: find }, say("find")), found));
}

async function showPreview(card) {
  card.append(make("h1", {}, say("preview")), make("p", { class: "soft" }, `${say("preview_hint")} ${say("stand_ins")}`), make("p", {}, say("preview_limits")));
  const body = make("div", { id: "preview", role: "status" }, make("p", {}, say("working_redacting")));
  card.append(body);
  const button = actions(card, { ready: false });
  const isDone = await settle();
  if (!body.isConnected) return;
  if (!isDone) { body.replaceChildren(make("ul", { class: "notes" }, make("li", { class: "error" }, say("failed")))); return; }
  fillPreview(body, button);
}

function fillPreview(body, button) {
  const answers = new Blob([JSON.stringify(answersDocument(), null, 1)]);
  const views = [viewer(say("preview_answers"), answers, state.textCounts)];
  for (const step of DATA.steps) {
    const held = state.files[step.id];
    if (!held) continue;
    if (held.kind === "image") views.push(make("details", { class: "viewer" }, make("summary", {}, step.title), picture(held), make("p", { class: "soft" }, say("img.confirm.warn"))));
    else views.push(viewer(step.title, held.blob, held.counts));
  }
  views[views.length - 1].open = true;
  const word = make("input", { type: "text", id: "hide-word", "aria-label": say("hide") });
  const working = make("p", { class: "soft", role: "status", id: "hidden-words" }, state.hide.length ? say("hidden", { words: state.hide.join(", ") }) : "");
  const add = async () => {
    const text = word.value.trim();
    if (text.length < 2) return;
    state.hide.push(text);
    button.disabled = true;
    working.textContent = say("working_redacting");
    const isDone = await settle(true);
    if (!body.isConnected) return;
    if (isDone) fillPreview(body, button);
    else { state.hide.pop(); working.textContent = say("failed"); }
  };
  body.replaceChildren(...views,
    make("h2", {}, say("hide")), make("p", { class: "soft" }, say("hide_hint")),
    make("div", { class: "row" }, word, make("button", { type: "button", id: "hide-add", onclick: add }, say("hide_add"))), working,
    make("p", {}, make("button", { type: "button", id: "copy", onclick: saveCopy }, say("copy"))));
  button.disabled = false;
}

function saveCopy() {
  download(`${DATA.case}-answers.json`, new Blob([JSON.stringify(answersDocument(), null, 1)]));
  for (const held of Object.values(state.files)) download(`${DATA.case}-${nameOf(held)}`, held.blob);
}

// The file ------------------------------------------------------------------------------------------------------------

async function sealed() {
  const answers = new Blob([JSON.stringify(answersDocument())]);
  const answersDigest = await crypto.subtle.digest("SHA-256", await answers.arrayBuffer());
  const hex = Array.from(new Uint8Array(answersDigest), (each) => each.toString(16).padStart(2, "0")).join("");
  const held = Object.values(state.files);
  const files = [{ name: "answers.json", size: answers.size, sha256: hex }, ...held.map((each) => ({ name: nameOf(each), size: each.blob.size, sha256: each.sha256 }))];
  const head = { schema: "diagpack.guided/1", case: DATA.case, nonce: DATA.nonce, made_by: "page", key: btoa(String.fromCharCode(...key)), files };
  return Runner.run({ type: "seal", head, files: [answers, ...held.map((each) => each.blob)], recipients: DATA.recipients });
}

function showSave(card) {
  if (state.saved) { showSaved(card); return; }
  card.append(make("h1", {}, say("save")), make("p", {}, say("save_hint", { contact: DATA.contact })));
  const word = make("p", { role: "status", id: "sealing" });
  const button = actions(card, { next: say("save_button"), onNext: async () => {
    button.disabled = true;
    word.textContent = say("working_sealing");
    const able = await Runner.run({ type: "check" });
    const answer = able.type === "able" && able.ok ? await sealed() : { type: able.type === "able" ? "unable" : "failed" };
    if (answer.type !== "sealed") { word.textContent = say(globalThis.isSecureContext && answer.type !== "unable" ? "failed" : "unable"); button.disabled = false; return; }
    state.saved = { name: `${DATA.case}-result.diagpack`, sha256: answer.sha256 };
    download(state.saved.name, answer.blob);
    show();
  } });
  card.append(word);
}

function showSaved(card) {
  const told = make("span", { class: "soft", role: "status" });
  card.append(
    make("h1", {}, say("saved", { name: state.saved.name })), make("p", {}, say("send_to")),
    make("p", { class: "address", id: "address" }, DATA.upload_address),
    make("details", {}, make("summary", {}, say("checksum")), make("p", { class: "hash", id: "sha256" }, state.saved.sha256)), told);
  card.append(make("div", { class: "actions" }, make("button", { type: "button", id: "back", onclick: () => { state.saved = null; move(-1); } }, say("back"))));
}

// Progress ------------------------------------------------------------------------------------------------------------

async function saveProgress() {
  if (!(await redactTexts())) { status(say("failed")); return; }
  const answers = {};
  for (const [id, answer] of Object.entries(state.answers)) answers[id] = id in state.texts ? { ...answer, value: state.texts[id] } : answer;
  const kept = { schema: "diagpack.guided-progress/1", case: DATA.case, nonce: DATA.nonce, at: state.at, started: state.started, answers };
  download(`${DATA.case}-progress.json`, new Blob([JSON.stringify(kept, null, 1)]));
  status(say("progress_saved"));
}

async function loadProgress(event) {
  const file = event.target.files[0];
  let kept = null;
  try {
    kept = file && file.size < 5000000 ? JSON.parse(await file.text()) : null;
  } catch {
    kept = null;
  }
  if (!kept || kept.schema !== "diagpack.guided-progress/1" || kept.case !== DATA.case || kept.nonce !== DATA.nonce || typeof kept.answers !== "object") {
    status(say("progress_wrong"));
    return;
  }
  state.answers = kept.answers;
  state.started = String(kept.started);
  const firstFile = steps().findIndex((step) => step.kind === "file" && kept.answers[step.id] && kept.answers[step.id].chosen);
  const reached = Math.min(Number(kept.at) || 0, pages().length - 1);
  state.at = firstFile >= 0 ? Math.min(firstFile, reached) : reached;
  show();
}
