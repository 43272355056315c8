// Takes pictures of dashboards, as a browser shows them: node .ci/dashboards.mjs FOLDER USER:PASSWORD URL…
//
// A panel that Grafana marks as failed is an error. CHROMIUM names the browser; by default Chrome's own place is looked at.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { chromium } from "playwright-core";

const [folder, user, ...pages] = process.argv.slice(2);
assert(pages.length > 0, "name the pages to open");

/** Longest wait for a page, in milliseconds. */
const PATIENCE = 60_000;

await mkdir(folder, { recursive: true });
const browser = await chromium.launch(process.env.CHROMIUM ? { executablePath: process.env.CHROMIUM } : { channel: "chrome" });
try {
  const context = await browser.newContext({
    viewport: { width: 1600, height: 1800 },
    extraHTTPHeaders: { authorization: `Basic ${Buffer.from(user).toString("base64")}` },
  });
  for (const address of pages) {
    const page = await context.newPage();
    await page.goto(address, { waitUntil: "networkidle", timeout: PATIENCE });
    const failed = await page.getByTestId(/Panel status error/).count();
    const picture = path.join(folder, `${path.basename(new URL(address).pathname)}.png`);
    await page.screenshot({ path: picture });
    assert.equal(failed, 0, `${address}: ${failed} panels show an error`);
    console.log(picture);
    await page.close();
  }
} finally {
  await browser.close();
}
