"""The slimmed and redacted HAR serves a real browser: Playwright's routeFromHAR answers from it."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from diagpack.collectors.har.inspect import inspect
from diagpack.model.keys import CaseKey
from diagpack.redact.policy import load_policy
from diagpack.redact.standalone import Standalone
from tests.har_fixtures import har, har_entry, written
from tests.node_tools import node_module, program

SCRIPT = """
const { chromium } = require(process.argv[2]);
(async () => {
  const browser = await chromium.launch({ executablePath: process.argv[3], args: ['--no-sandbox'] });
  const context = await browser.newContext();
  await context.routeFromHAR(process.argv[4], { notFound: 'abort' });
  const page = await context.newPage();
  const first = await page.goto('https://app.example.com/orders');
  const call = await page.evaluate(async () => {
    const answer = await fetch('/api/orders', { method: 'POST', body: '{"a":1}' });
    return { status: answer.status, text: await answer.text() };
  });
  console.log(JSON.stringify({ status: first.status(), title: await page.title(), call }));
  await browser.close();
})().catch((error) => { console.error(String(error)); process.exit(1); });
"""


@pytest.mark.tool("node")
def test_a_browser_is_answered_from_the_slimmed_and_redacted_har(tmp_path: Path) -> None:
    playwright, chromium = node_module("playwright-core"), program("chromium")
    page = "<html><title>Orders page</title></html>"
    capture = har(
        har_entry("https://app.example.com/orders", body=page, mime="text/html", kind="document"),
        har_entry("https://app.example.com/api/orders", method="POST", post='{"a":1}', status=500, body='{"x":"boom"}'),
    )
    slimmed = tmp_path / "slim.har"
    content = b"".join(inspect(written(tmp_path / "in.har", capture)).content())
    redact = Standalone(CaseKey(b"k" * 32), load_policy())
    slimmed.write_text(json.dumps(redact.har(json.loads(content))))
    (tmp_path / "run.js").write_text(SCRIPT)

    done = subprocess.run(
        ["node", "run.js", playwright, chromium, str(slimmed)],
        cwd=tmp_path,
        capture_output=True,
        timeout=120,
        env={**os.environ, "HOME": str(tmp_path)},
        check=False,
    )

    assert done.returncode == 0, done.stderr[-800:]
    assert json.loads(done.stdout) == {
        "status": 200,
        "title": "Orders page",
        "call": {"status": 500, "text": '{"x":"boom"}'},
    }
