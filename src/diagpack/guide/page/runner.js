// Runs the worker and watches it. Enters: a request. Leaves: a promise of its answer. A worker that stays silent too long
// is ended; a new one finds the value it stood at, and a third one leaves that value out.
"use strict";

const Runner = (() => {
  const source = document.getElementById("worker").textContent;
  let next = 1;
  const stops = new Set();

  function start() {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    const worker = new Worker(url);
    setTimeout(() => URL.revokeObjectURL(url), 10000);
    return worker;
  }

  // One attempt: resolves with the last message, or {type: "stuck", scan} when the worker had to be ended.
  function attempt(request, onMessage) {
    return new Promise((resolve) => {
      const worker = start();
      const id = next;
      next += 1;
      let timer = 0;
      let last = { scan: 0, size: 0 };
      const cancel = () => end({ type: "stopped" });
      const end = (answer) => { clearTimeout(timer); worker.terminate(); stops.delete(cancel); resolve(answer); };
      const watch = (seconds) => {
        clearTimeout(timer);
        timer = setTimeout(() => end({ type: "stuck", scan: last.scan }), seconds * 1000);
      };
      worker.onerror = () => end({ type: "failed", name: "worker" });
      worker.onmessage = (event) => {
        const message = event.data;
        if (message.job !== id) return;
        if (message.type === "beat") { last = message; watch(DATA.rule_seconds + message.size / 200000); return; }
        if (message.type === "phase" || message.type === "progress") {
          watch(message.phase === "redacting" || message.type === "progress" ? DATA.rule_seconds + 5 : 180);
          onMessage(message);
          return;
        }
        end(message);
      };
      stops.add(cancel);
      watch(180);
      worker.postMessage({ ...request, id });
    });
  }

  async function run(request, onMessage = () => {}) {
    const withhold = [];
    let careful = Infinity;
    for (let tries = 0; tries < 40; tries += 1) {
      const answer = await attempt({ ...request, withhold, careful }, onMessage);
      if (answer.type !== "stuck") return { ...answer, withheld: withhold.length };
      // First it is known only roughly which value it was; the careful run names it before it starts on it.
      if (careful === Infinity || answer.scan < careful) careful = Math.max(0, answer.scan - 1);
      else { withhold.push(answer.scan); careful = Infinity; }
    }
    return { type: "failed", name: "stuck" };
  }

  // A big file in two workers at once; equal values get equal tokens in both, for the key is the same.
  async function runFile(request, onMessage) {
    const parts = request.file.size > 20000000 && navigator.hardwareConcurrency > 1 ? 2 : 1;
    const done = new Array(parts).fill(0);
    const answers = await Promise.all(done.map((_, part) => run({ ...request, part, parts }, (message) => {
      if (message.done !== undefined) done[part] = message.done;
      onMessage({ ...message, done: Math.min(...done) });
    })));
    const failed = answers.find((answer) => answer.type !== "redacted");
    if (failed || parts === 1) return failed || answers[0];
    const counts = {};
    for (const answer of answers) for (const [entity, count] of Object.entries(answer.counts)) counts[entity] = (counts[entity] || 0) + count;
    const blob = new Blob(answers.map((answer) => answer.blob));
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()));
    const sha256 = Array.from(digest, (each) => each.toString(16).padStart(2, "0")).join("");
    return { ...answers[0], blob, sha256, counts, withheld: answers.reduce((sum, answer) => sum + answer.withheld, 0) };
  }

  return { run, runFile, stop: () => { for (const cancel of [...stops]) cancel(); } };
})();
