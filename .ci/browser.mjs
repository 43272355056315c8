// Opens the playgrounds in a headless Chromium, as a reader without the internet would, and uses them:
//
//   node .ci/browser.mjs [--screenshots DIR] [--query QUERY] URL…
//
// Each URL is a page of GraphiQL. Of each: nothing but loopback is asked for anything; the page's policy is never violated and
// the console stays free of errors; the default query runs and its answer is the one that the API gives directly; the
// documentation lists the fields that introspection has; completion, history, settings and tabs open; a query in the address
// fills a tab, where the program shows a page for it; QUERY, written into the first page, is answered as well; and it works behind a proxy that adds a prefix and does not pass compression on. Pages are pictured in light and dark.
// CHROMIUM names the browser; by default the first of the usual names on PATH.

import assert from "node:assert/strict";
import { access, constants, mkdir } from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";

const { values, positionals: pages } = parseArgs({
  options: { screenshots: { type: "string", default: "screenshots" }, query: { type: "string" } },
  allowPositionals: true,
});
assert(pages.length > 0, "name the pages to open");

/** Longest wait for anything on a page, in milliseconds. */
const PATIENCE = 20_000;

const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);
/** Addresses that a page makes up for itself never reach a network. */
const LOCAL_SCHEMES = new Set(["data:", "blob:", "about:"]);

const browserPath = async () => {
  const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
  const candidates = process.env.CHROMIUM
    ? [process.env.CHROMIUM]
    : process.env.PATH.split(path.delimiter).flatMap((folder) => names.map((name) => path.join(folder, name)));
  for (const candidate of candidates) {
    const runs = await access(candidate, constants.X_OK).then(() => true, () => false);
    if (runs) return candidate;
  }
  throw new Error("no Chromium found; set CHROMIUM to its path");
};

const isLocal = (address) => {
  const { protocol, hostname } = new URL(address);
  return LOCAL_SCHEMES.has(protocol) || LOOPBACK.has(hostname);
};

/** A context whose pages can reach loopback only, and the list that everything wrong on them is added to. */
const reader = async (browser, options) => {
  const wrong = [];
  const context = await browser.newContext({ viewport: { width: 1360, height: 820 }, ...options });
  context.setDefaultTimeout(PATIENCE);
  await context.route("**/*", async (route) => {
    const address = route.request().url();
    if (isLocal(address)) return route.continue();
    wrong.push(`asked for ${address}`);
    return route.abort();
  });
  await context.exposeFunction("reportViolation", (violation) => wrong.push(`policy violated: ${violation}`));
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sourceFile, lineNumber }) =>
      window.reportViolation(`${effectiveDirective} by ${blockedURI} (${sourceFile}:${lineNumber})`),
    );
  });
  context.on("page", (page) => {
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) wrong.push(`console ${message.type()}: ${message.text()}`);
    });
    page.on("pageerror", (error) => wrong.push(`uncaught ${error.stack ?? error}`));
    page.on("requestfailed", (request) => wrong.push(`failed: ${request.url()} (${request.failure()?.errorText})`));
    page.on("websocket", (socket) => isLocal(socket.url()) || wrong.push(`asked for ${socket.url()}`));
    page.on("response", (answer) => answer.status() >= 400 && wrong.push(`${answer.status()} from ${answer.url()}`));
  });
  return { context, wrong };
};

/** The API's own answer, without a browser. */
const ask = async (address, query) => {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query }),
    signal: AbortSignal.timeout(PATIENCE),
  });
  const { data, errors } = await answer.json();
  assert.equal(errors, undefined, `${address} answered with errors: ${JSON.stringify(errors)}`);
  return data;
};

const editor = (page, panel) => page.locator(`${panel} .CodeMirror`).first();
const textOf = (page, panel) => editor(page, panel).evaluate((element) => element.CodeMirror.getValue());

/** Loads the page and waits until it can be used: GraphiQL is there, and has the schema. */
const open = async (page, address) => {
  const schema = page.waitForResponse(
    (answer) => answer.request().postData()?.includes("IntrospectionQuery") && answer.status() === 200,
  );
  // Whatever fails below is what to report, not that this then never comes.
  schema.catch(() => {});
  await page.goto(address, { waitUntil: "load" });
  await editor(page, ".graphiql-query-editor").waitFor();
  const { errors } = await (await schema).json();
  assert.equal(errors, undefined, `introspection answered with errors: ${JSON.stringify(errors)}`);
};

/** Presses the run button, and reads what the answer's panel then shows. */
const run = async (page) => {
  await page.locator(".graphiql-execute-button").click();
  const shown = await page.waitForFunction(() => {
    const text = document.querySelector(".result-window .CodeMirror")?.CodeMirror.getValue();
    return text?.includes("\n") ? text : null;
  });
  return JSON.parse(await shown.jsonValue());
};

/** Each throws when it fails, and returns why when there is nothing to check. */
const checks = {
  async "the default query is answered as by the API itself"(page, address) {
    await open(page, address);
    const query = await textOf(page, ".graphiql-query-editor");
    assert.equal(query, await page.locator("#playground").getAttribute("data-default-query"));
    assert.match(query, /\w/, "there is no default query");
    const { data, errors } = await run(page);
    assert.equal(errors, undefined, `the page shows errors: ${JSON.stringify(errors)}`);
    assert.deepEqual(data, await ask(address, query));
    assert.ok(Object.values(data).every((value) => value !== null), "the default query is answered with null");
  },

  async "a written query is answered as by the API itself"(page, address) {
    if (address !== pages[0] || !values.query) return "no query was given for this page";
    await page.getByLabel("New tab").click();
    await editor(page, ".graphiql-query-editor").evaluate((element, text) => element.CodeMirror.setValue(text), values.query);
    await page.getByLabel(/Prettify query/).click();
    const { data, errors } = await run(page);
    assert.equal(errors, undefined, `the page shows errors: ${JSON.stringify(errors)}`);
    assert.deepEqual(data, await ask(address, values.query));
  },

  async "the documentation lists every field of the query type"(page, address) {
    const { __schema } = await ask(address, "{ __schema { queryType { name fields { name } } } }");
    const { name, fields } = __schema.queryType;
    await page.getByLabel("Show Documentation Explorer").click();
    await page.locator(".graphiql-doc-explorer").getByRole("link", { name, exact: true }).or(
      page.locator(".graphiql-doc-explorer-content a", { hasText: name }),
    ).first().click();
    await page.locator(".graphiql-doc-explorer-field-name").first().waitFor();
    const listed = await page.locator(".graphiql-doc-explorer-field-name").allTextContents();
    assert.deepEqual([...listed].sort(), fields.map((field) => field.name).sort());
  },

  async "a search of the documentation finds a field"(page, address) {
    const { __schema } = await ask(address, "{ __schema { queryType { fields { name } } } }");
    const [{ name }] = __schema.queryType.fields;
    await page.locator(".graphiql-doc-explorer-search").click();
    await page.locator(".graphiql-doc-explorer-search input").fill(name);
    await page.getByRole("option").filter({ hasText: name }).first().click();
    await page.locator(".graphiql-doc-explorer-title", { hasText: name }).waitFor();
  },

  async "a wrong field is marked, a begun one completed"(page) {
    await page.getByLabel("New tab").click();
    await editor(page, ".graphiql-query-editor").click();
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.type("{ __nosuchfield ");
    await page.locator(".CodeMirror-lint-mark-error").first().waitFor();
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.type("{ __typ");
    await page.keyboard.press("Control+Space");
    await page.locator(".CodeMirror-hint", { hasText: "__typename" }).click();
    await page.keyboard.type(" }");
    const { data } = await run(page);
    assert.equal(typeof data.__typename, "string");
    await page.getByLabel(/Prettify query/).click();
    assert.match(await textOf(page, ".graphiql-query-editor"), /\{\n {2}__typename\n\}/);
  },

  async "history, settings, keys and variables open"(page) {
    await page.getByLabel("Show History").click();
    await page.locator(".graphiql-history-item").first().waitFor();
    for (const dialog of ["Open settings dialog", "Open short keys dialog"]) {
      await page.getByLabel(dialog).click();
      await page.locator(".graphiql-dialog").waitFor();
      await page.keyboard.press("Escape");
      await page.locator(".graphiql-dialog").waitFor({ state: "detached" });
    }
    await page.getByRole("button", { name: "Variables", exact: true }).click();
    await editor(page, '[aria-label="Variables"]').waitFor();
    await page.getByLabel("Hide History").click();
  },

  async "a query in the address fills a tab"(page, address) {
    const asking = `${address}?${new URLSearchParams({ query: "query Asked { __typename }" })}`;
    const answer = await fetch(asking, { headers: { accept: "text/html" } });
    await answer.arrayBuffer();
    if (!answer.headers.get("content-type").startsWith("text/html")) {
      return "the program answers an operation in the address even to a browser";
    }
    await open(page, asking);
    assert.equal(await textOf(page, ".graphiql-query-editor"), "query Asked { __typename }");
    assert.deepEqual(Object.keys((await run(page)).data), ["__typename"]);
  },
};

/** In the dark theme of the reader, what is behind the editors is dark, and in the light one light. */
const luminance = (page) =>
  page.locator(".graphiql-container").evaluate((element) => {
    const [red, green, blue] = getComputedStyle(element).backgroundColor.match(/[\d.]+/g).map(Number);
    return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
  });

/** A server that shows `origin` under /some/prefix/, and that asks it for no compression. */
const underPrefix = async (origin) => {
  const server = http.createServer((request, response) => {
    if (!request.url.startsWith("/some/prefix/")) return response.writeHead(404).end();
    const { "accept-encoding": _, ...headers } = request.headers;
    const onward = http.request(
      new URL(request.url.slice("/some/prefix".length), origin),
      { method: request.method, headers },
      (answer) => {
        response.writeHead(answer.statusCode, answer.headers);
        answer.pipe(response);
      },
    );
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { address: `http://127.0.0.1:${server.address().port}/some/prefix/`, stop: () => server.close().closeAllConnections() };
};

const tally = { passed: 0, failed: 0 };
const attempt = async (what, wrong, check) => {
  try {
    const inapplicable = await check();
    assert.deepEqual(wrong, [], wrong.join("\n"));
    if (inapplicable) {
      console.log(`n/a   ${what}: ${inapplicable}`);
      return;
    }
    tally.passed += 1;
    console.log(`ok    ${what}`);
  } catch (error) {
    tally.failed += 1;
    console.log(`FAIL  ${what}\n${[error.message, ...wrong].join("\n").replace(/^/gm, "      ")}`);
  } finally {
    wrong.length = 0;
  }
};

await mkdir(values.screenshots, { recursive: true });
// Playwright gives each run a new, empty profile.
const browser = await chromium.launch({
  executablePath: await browserPath(),
  headless: true,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
  ],
});
try {
  for (const [index, address] of pages.entries()) {
    const { context, wrong } = await reader(browser, { colorScheme: "light" });
    const page = await context.newPage();
    const picture = (name) => page.screenshot({ path: path.join(values.screenshots, `${index + 1}-${name}.png`) });
    for (const [what, check] of Object.entries(checks)) {
      await attempt(`${address}: ${what}`, wrong, () => check(page, address));
      await picture(what.replace(/\W+/g, "-"));
    }
    await attempt(`${address}: it is light for who likes light`, wrong, async () => assert.ok((await luminance(page)) > 0.8));
    await context.close();

    const night = await reader(browser, { colorScheme: "dark" });
    const dark = await night.context.newPage();
    await attempt(`${address}: it is dark for who likes dark`, night.wrong, async () => {
      await open(dark, address);
      await run(dark);
      assert.ok((await luminance(dark)) < 0.3);
      await dark.screenshot({ path: path.join(values.screenshots, `${index + 1}-dark.png`) });
    });
    await night.context.close();

    const { origin, pathname } = new URL(address);
    const proxy = await underPrefix(origin);
    const behind = await reader(browser, {});
    const page2 = await behind.context.newPage();
    await attempt(`${address}: it works under a prefix, uncompressed`, behind.wrong, async () => {
      await open(page2, new URL(pathname.slice(1), proxy.address).href);
      const { data, errors } = await run(page2);
      assert.equal(errors, undefined);
      assert.ok(data);
    });
    await behind.context.close();
    proxy.stop();
  }
} finally {
  await browser.close();
}
console.log(`${tally.passed} passed, ${tally.failed} failed; pictures in ${values.screenshots}`);
process.exitCode = tally.failed > 0 ? 1 : 0;
