// The worker: reads, checks, redacts and seals, away from the page, so that the page can stop it at any moment.
// It tells the page which value it is working on; when a value takes too long the page ends this worker and starts
// another one that withholds that value.
"use strict";

const Work = (() => {
  let job = null;
  let lastBeat = 0;

  const say = (message) => self.postMessage({ job: job.id, ...message });

  function beat(scan, size) {
    const now = performance.now();
    if (job.withhold.includes(scan)) return true;
    if (scan > job.careful || size > 100000 || now - lastBeat > 200) {
      lastBeat = now;
      say({ type: "beat", scan, size });
    }
    return false;
  }

  function redactorFor(request) {
    return new GuideRedactor.Redactor(request.book, request.key, { hide: request.hide, learned: request.learned, onScan: beat });
  }

  async function redactFile(request) {
    say({ type: "phase", phase: "reading" });
    const read = await Reading.read(request.file, request.wanted, request.maxMb);
    if (read.problem) return say({ type: "refused", problem: read.problem, size: request.file.size });
    const redactor = redactorFor(request);
    say({ type: "phase", phase: "checking" });
    const found = Checks.run(read, request.checks, request.context);
    const learned = read.text === undefined ? request.learned : redactor.learn(read.text);
    if (read.kind === "har") read.text = "";
    say({ type: "phase", phase: "redacting" });
    const blob = redacted(read, redactor, request.part, request.parts);
    say({ type: "phase", phase: "finishing" });
    const sha256 = Seal.hex(await Seal.digest(await blob.arrayBuffer()));
    const counts = redactor.counts;
    redactor.counts = {};
    const { checks, facts } = shown(found, redactor);
    const suffix = { har: ".har", "saml-trace": ".json", log: ".log", image: read.type === "image/png" ? ".png" : ".jpg" }[read.kind];
    say({ type: "redacted", kind: read.kind, blob, sha256, suffix, counts, checks, facts, learned });
  }

  // What checks and facts quote of the file goes the way of the file: redacted.
  function shown(value, redactor) {
    if (typeof value === "string") return redactor.text(value);
    if (Array.isArray(value)) return value.map((each) => shown(each, redactor));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, shown(each, redactor)]));
  }

  // `part` of `parts`: a big recording is shared out by entries; the parts follow one another without a gap.
  function redacted(read, redactor, part, parts) {
    if (read.kind !== "har" && part > 0) return new Blob([]);
    if (read.kind === "image") return read.blob;
    if (read.kind === "log") return new Blob([redactor.log(read.text)]);
    if (read.kind === "saml-trace") return new Blob([redactor.json(read.text, 0) ?? redactor.log(read.text)]);
    const pieces = [];
    const all = read.document.log.entries;
    const [from, to] = [part, part + 1].map((each) => Math.floor((all.length * each) / parts));
    read.document.log.entries = all.slice(from, to);
    const har = new GuideHar.HarRedactor(redactor).redact(read.document, (index, total) => {
      if (index % 50 === 0) say({ type: "progress", done: index / total });
    });
    // In pieces: one text of the whole recording could exceed what a browser can hold. A line for each entry, to be read.
    const entries = har.log.entries;
    har.log.entries = [];
    const [head, tail] = JSON.stringify(har).split('"entries":[]');
    if (part === 0) pieces.push(head, '"entries":[');
    for (let at = 0; at < entries.length; at += 200) {
      const lines = entries.slice(at, at + 200).map((entry) => JSON.stringify(entry));
      pieces.push((from + at ? ",\n" : "\n") + lines.join(",\n"));
    }
    if (part === parts - 1) pieces.push("]", tail);
    return new Blob(pieces);
  }

  // What the customer typed. Names found there are looked for in the files too.
  async function redactTexts(request) {
    const redactor = redactorFor(request);
    const texts = {};
    for (const [name, text] of Object.entries(request.texts)) texts[name] = redactor.prose(text);
    say({ type: "texts", texts, counts: redactor.counts, learned: redactor.learned });
  }

  async function sealFiles(request) {
    say({ type: "phase", phase: "sealing" });
    const blob = await Seal.seal(request.head, request.files, request.recipients, (n) => say({ type: "beat", scan: n, size: 0 }));
    const sha256 = Seal.hex(await Seal.digest(await blob.arrayBuffer()));
    say({ type: "sealed", blob, sha256 });
  }

  self.onmessage = async (event) => {
    job = event.data;
    lastBeat = performance.now();
    try {
      if (job.type === "check") say({ type: "able", ok: await Seal.selfCheck() });
      else if (job.type === "file") await redactFile(job);
      else if (job.type === "texts") await redactTexts(job);
      else await sealFiles(job);
    } catch (error) {
      // The text of an error may hold evidence: only its kind is told.
      say({ type: "failed", name: error instanceof Error ? error.name : "Error" });
    }
  };

  return {};
})();
