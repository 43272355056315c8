// Opens the consoles in a headless Chromium, as a reader without the internet would, and uses them:
//
//   node .ci/browser.mjs [--screenshots DIR] [--admin URL] [--broken URL] [--dev URL --sdl FILE] [--binary FILE] [--only TEXT] ROUTER SERVICE…
//
// ROUTER is the page of the router over Abaque's services, with everything that it can show; each SERVICE that of a service; --admin the page of the router's
// admin port, and --broken that of a router whose subgraphs do not compose. --dev is the page of `router dev` over schemas in files, of which --sdl is one
// that is changed here; --binary the router's program, to start one over a subgraph that takes files. On all of them: nothing but loopback is asked for anything, the page's policy is
// never violated, and the console stays free of errors. Every check leaves a picture; --only makes those checks whose names have a text in them.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { startFiles, stored } from "./files.mjs";
import { checkGuarded } from "./guarded.mjs";
import { checkMap } from "./map.mjs";
import { copied, editor, open, ran, run, textOf, view, write, writeHeaders } from "./page.mjs";
import { launch, PATIENCE, reader, underPrefix } from "./reader.mjs";
import { checkRequests } from "./requests.mjs";
import { checkTabs } from "./tabs.mjs";

const { values, positionals } = parseArgs({
  options: { screenshots: { type: "string", default: "screenshots" }, admin: { type: "string" }, broken: { type: "string" }, dev: { type: "string" }, sdl: { type: "string" }, binary: { type: "string" }, only: { type: "string" } },
  allowPositionals: true,
});
assert(positionals.length > 0, "name the pages to open");
const [router, ...services] = positionals;
const AXE = fileURLToPath(new URL("node_modules/axe-core/axe.min.js", import.meta.url));

const FEDERATED = "query Federated { addition(a: 0.1, b: 0.2) serie(valeurs: [1, 2, 4]) { somme moyenne ecartType } }";
const FAILING = "query Failing {\n  tiers: division(a: 1, b: 3)\n  rien: division(a: 1, b: 0)\n}";
const DEFERRED = 'query Deferred { serie(valeurs: [1, 2, 4]) { somme ... @defer(label: "later") { moyenne } } }';
const EVENTS = "subscription Events { statistiquesCourantes(valeurs: [1, 2, 4]) { effectif moyenne } }";

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

const tally = { passed: 0, failed: 0 };
const browser = await launch();
await mkdir(values.screenshots, { recursive: true });
/** Runs one check on a page of its own, pictures it, and says how it went. */
const check = async (what, address, checking, options = {}) => {
  if (values.only && !what.includes(values.only)) return;
  const { context, wrong } = await reader(browser, { colorScheme: "light", locale: "en-GB", ...options });
  const page = await context.newPage();
  try {
    if (options.opens !== false) await open(page, address);
    await checking(page, address, wrong);
    assert.deepEqual(wrong, [], wrong.join("\n"));
    tally.passed += 1;
    console.log(`ok    ${what}`);
  } catch (error) {
    tally.failed += 1;
    console.log(`FAIL  ${what}\n${[error.message, ...wrong].join("\n").replace(/^/gm, "      ")}`);
  } finally {
    await page.screenshot({ path: path.join(values.screenshots, `${what.replace(/\W+/g, "-").slice(0, 70)}.png`), fullPage: true }).catch(() => {});
    await context.close();
  }
};

/** Nothing serious is found by axe-core, <https://github.com/dequelabs/axe-core>. */
const accessible = async (page) => {
  // As a tool of a debugger would: the page's policy is not for it.
  const source = await readFile(AXE, "utf8");
  await page.evaluate(`${source}; undefined`);
  const { violations } = await page.evaluate(async () => {
    const found = await window.axe.run();
    delete window.axe;
    return found;
  });
  const serious = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
  assert.deepEqual(serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join("; ")}`), []);
};
const fits = async (page) => {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.ok(over <= 0, `the page is ${over} px wider than the window`);
};
/** In the dark theme what is behind the page is dark, and in the light one light. */
const luminance = (page) =>
  page.locator("body").evaluate((element) => {
    const [red, green, blue] = getComputedStyle(element).backgroundColor.match(/[\d.]+/g).map(Number);
    return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
  });

try {
  for (const address of [router, ...services]) {
    const name = new URL(address).port;
    await check(`${name}: the first query is answered as by the API itself`, address, async (page) => {
      const query = await page.locator("#console").getAttribute("data-default-query");
      assert.match(query, /\w/, "there is no first query");
      // Laid out over several lines, where it is on one.
      const words = (text) => text.split(/\s+/).filter(Boolean).join(" ");
      assert.equal(words(await textOf(page, "Operation")), words(query));
      const { data, errors } = await run(page);
      assert.equal(errors, undefined);
      assert.deepEqual(data, await ask(address, query));
      await accessible(page);
    });
    const prefixed = await underPrefix(new URL(address).origin);
    await check(`${name}: it works under a prefix, uncompressed`, new URL(new URL(address).pathname.slice(1), prefixed.address).href, async (page) => {
      assert.ok((await run(page)).data);
    });
    prefixed.stop();
  }

  await check("query: over both services, formatted, by the keyboard", router, async (page) => {
    await write(page, "Operation", FEDERATED);
    await page.getByRole("button", { name: "Format" }).click();
    assert.match(await textOf(page, "Operation"), /^query Federated \{\n {2}addition/);
    await editor(page, "Operation").focus();
    await page.keyboard.press("Control+Enter");
    await page.locator('.facts[data-running="false"]').waitFor();
    assert.deepEqual(JSON.parse(await textOf(page, "Response")).data, await ask(router, FEDERATED));
    assert.match(await page.locator(".facts").innerText(), /200\s+\d+ ms\s+[\d.]+ (B|KiB)/);
  });
  await check("query: variables, history and tabs", router, async (page) => {
    await write(page, "Operation", "query Sum($a: Decimal!) { addition(a: $a, b: 1) }");
    await write(page, "Variables", '{ "a": "2" }');
    await page.getByRole("button", { name: "History" }).click();
    assert.equal((await run(page)).data.addition, "3");
    // What was run just now is in the list that was open before.
    await page.locator(".found button", { hasText: "query Sum" }).waitFor();
    await page.getByRole("button", { name: "New tab" }).click();
    await page.locator(".found button", { hasText: "query Sum" }).click();
    await page.locator(".tab").nth(2).waitFor();
    await editor(page, "Variables").locator(".cm-line", { hasText: '{ "a": "2" }' }).waitFor();
    assert.equal(await textOf(page, "Variables"), '{ "a": "2" }');
    assert.equal(await page.locator(".tab").count(), 3);
  });
  await check("query: a begun field is completed and a wrong one marked", router, async (page) => {
    await write(page, "Operation", "");
    await page.keyboard.type("{ __typ");
    await page.keyboard.press("Control+Space");
    await page.locator(".cm-tooltip-autocomplete li", { hasText: "__typename" }).first().click();
    assert.match(await textOf(page, "Operation"), /__typename/);
    await write(page, "Operation", "{ nosuchfield }");
    await page.locator(".cm-lintRange-error").first().waitFor();
  });
  await check("query: the documentation lists and finds fields", router, async (page) => {
    await page.getByRole("button", { name: "Documentation" }).click();
    const { __schema } = await ask(router, "{ __schema { queryType { fields(includeDeprecated: true) { name } } } }");
    const article = page.locator(".docs article").first();
    await article.waitFor();
    const listed = await article.locator(".field-name").allTextContents();
    assert.deepEqual(listed.sort(), __schema.queryType.fields.map(({ name }) => name).sort());
    await page.getByLabel("Search types and fields").fill("ecartType");
    await page.locator(".found button", { hasText: "Serie.ecartType" }).click();
    await page.getByRole("heading", { name: "Serie", exact: true }).waitFor();
    // An argument that has a default need not be given, and says what it is about.
    const field = page.locator(".docs .field", { has: page.locator(".field-name", { hasText: /^variance$/ }) });
    assert.match(await field.innerText(), /variance\(definition: Definition! = ECHANTILLON\): Decimal/);
    assert.match(await field.getByRole("list", { name: "Arguments" }).innerText(), /definition .*Whether/s);
    await accessible(page);
  });
  await check("query: an error points at its field and says which subgraph", router, async (page) => {
    const { data, errors } = await ran(page, FAILING);
    assert.equal(data.rien, null);
    assert.equal(errors.length, 1);
    const shown = page.locator(".errors li");
    assert.equal(await shown.count(), 1);
    assert.match(await shown.innerText(), /calculatrice/);
    assert.match(await page.locator(".facts").innerText(), /1 error$/m);
    assert.equal(await page.locator(".response-error").innerText(), "rien");
    await shown.getByRole("button").click();
    // The editor takes the focus once it has moved to the place.
    const gone = editor(page, "Operation").and(page.locator(":focus")).waitFor();
    await gone.catch(() => assert.fail("the field is not gone to"));
    assert.match(await page.locator(".cm-activeLine", { hasText: "rien" }).first().innerText(), /division\(a: 1, b: 0\)/);
    await accessible(page);
  });
  for (const transport of ["SSE", "WebSocket"]) {
    await check(`query: a subscription shows its events by ${transport}`, router, async (page) => {
      await page.getByLabel("Transport").selectOption({ label: transport });
      await write(page, "Operation", EVENTS);
      await page.getByRole("button", { name: /^▶/ }).click();
      await page.locator('.arrivals[aria-label="Events"] li').nth(2).waitFor();
      await page.locator('.facts[data-running="false"]').waitFor();
      const events = await page.locator(".arrivals li").allInnerTexts();
      assert.equal(events.length, 3);
      events.forEach((event, index) => assert.match(event, new RegExp(`\\+\\d+ ms.*"effectif":${index + 1}`)));
      // By the way that was chosen, and by no other.
      assert.match(await page.locator(".facts").innerText(), transport === "SSE" ? /^200\b/ : /^101\b/);
      await view(page, "Trace");
      await page.getByText("Events of subscriptions have no trace.").waitFor();
    });
  }
  await check("query: a deferred part is shown as it comes", router, async (page) => {
    const { data } = await ran(page, DEFERRED);
    assert.equal(data.serie.somme, "7");
    assert.ok(data.serie.moyenne, JSON.stringify(data));
    const parts = await page.locator('.arrivals[aria-label="Parts"] li').allInnerTexts();
    assert.ok(parts.length >= 2, parts.join("\n"));
    assert.match(parts.at(-1), /later/);
  });
  const shared = `${router}?${new URLSearchParams({ query: "query Shared($a: Decimal!) { addition(a: $a, b: 1) }", variables: '{"a":"1"}' })}`;
  await check("query: a link that was shared fills a tab", shared, async (page) => {
    assert.match(await textOf(page, "Operation"), /^query Shared/);
    assert.equal((await run(page)).data.addition, "2");
    assert.match(await page.locator(".tab.active").innerText(), /Shared/);
    // It is among the tabs now: a page that is loaded again has it as it was left, and once.
    assert.equal(new URL(page.url()).search, "");
    const tabs = await page.locator(".tab").count();
    await write(page, "Operation", "query Changed { addition(a: 2, b: 2) }");
    await page.reload();
    await editor(page, "Operation").locator(".cm-line", { hasText: "query Changed" }).waitFor();
    assert.equal(await page.locator(".tab").count(), tabs);
  });

  await check("query: headers are sent, and what is copied does the same elsewhere", router, async (page) => {
    await write(page, "Operation", "query Copied($a: Decimal!) {\n  addition(a: $a, b: 1)\n}");
    await write(page, "Variables", '{ "a": "40" }');
    await writeHeaders(page, '{ "x-asked-by": "it\'s me" }');
    const sent = page.waitForRequest((request) => request.headers()["x-asked-by"] === "it's me");
    assert.equal((await run(page)).data.addition, "41");
    await sent;
    const command = await copied(page, "Copy as curl");
    assert.match(command, /^curl .*x-asked-by: it/s);
    const { stdout } = await promisify(execFile)("bash", ["-c", command], { timeout: PATIENCE });
    assert.equal(JSON.parse(stdout).data.addition, "41");
    // Headers may be secrets: they are in no link, and a page that is opened again has forgotten them.
    const link = await copied(page, "Share link");
    assert.ok(!link.includes("x-asked-by"), link);
    assert.ok(!(await page.evaluate(() => JSON.stringify({ ...localStorage }))).includes("x-asked-by"));
    const other = await page.context().newPage();
    await open(other, link);
    assert.match(await textOf(other, "Operation"), /^query Copied/);
    assert.equal((await run(other)).data.addition, "41");
  });
  await check("query: a subscription is stopped by its reader", router, async (page) => {
    await write(page, "Operation", "subscription Endless { statistiquesCourantes(valeurs: [1, 2, 4, 8], intervalle: 10000) { effectif } }");
    await page.getByRole("button", { name: /^▶/ }).click();
    await page.locator('.arrivals[aria-label="Events"] li').first().waitFor();
    assert.match(await page.locator(".facts").innerText(), /listening/);
    await page.getByRole("button", { name: /Stop/ }).click();
    await page.locator('.facts[data-running="false"]').waitFor();
    assert.equal(await page.locator(".arrivals li").count(), 1);
    assert.match(await page.locator(".facts").innerText(), /ended/);
  });

  await checkRequests(check, router, { EVENTS, DEFERRED });
  await checkTabs(check, router, { FAILING, accessible, fits });
  if (values.binary) await checkGuarded(check, values.binary, path.join(values.screenshots, "guarded"));
  if (values.binary) await checkMap(check, values.binary, path.join(values.screenshots, "map"), { accessible, fits });

  await check("plan: it follows the editor, and a box says what is sent", router, async (page) => {
    await view(page, "Plan");
    await write(page, "Operation", "{ addition(a: 1, b: 2) }");
    await page.locator(".plan .box").first().waitFor();
    await page.waitForFunction(() => document.querySelectorAll(".plan .box").length === 1);
    await write(page, "Operation", FEDERATED);
    await page.waitForFunction(() => document.querySelectorAll(".plan .box").length > 1);
    assert.match(await page.locator(".plan .facts").innerText(), /Requests: \d.*Steps: \d.*Estimated cost: \d+/s);
    const box = page.locator(".plan .box", { hasText: "statistiques" }).first();
    await box.press("Enter");
    const details = await page.locator(".plan .details").innerText();
    assert.match(details, /What is sent.*_entities.*moyenne.*Representations.*Serie \{ id \}.*needed for moyenne, ecartType.*to complete Serie at serie.*waits for 0 \(calculatrice\)/s);
    await write(page, "Operation", "{ nosuch }");
    await page.locator(".plan .bad", { hasText: "nosuch" }).waitFor();
    await write(page, "Operation", FEDERATED);
    await page.locator(".plan .bad").waitFor({ state: "detached" });
    await accessible(page);
    // There is no place for an answer beside a plan: to run it leads to where there is.
    await run(page);
    assert.equal(new URL(page.url()).hash, "#query");
    await page.goBack();
    await page.locator(".plan .box").first().waitFor();
  });
  await check("trace: a run's requests are on a waterfall that leads to the plan", router, async (page) => {
    await ran(page, FEDERATED);
    await view(page, "Trace");
    const text = await page.locator(".trace table").innerText();
    for (const stage of ["receive", "parse", "prepare", "variables", "execute"]) assert.match(text, new RegExp(stage));
    assert.ok((await page.locator(".trace tr[data-fetch]").count()) >= 2);
    assert.ok((await page.locator(".trace tr.critical").count()) >= 1);
    await accessible(page);
    await page.locator(".trace tr[data-fetch] button", { hasText: "statistiques" }).first().click();
    assert.match(await page.locator(".plan .details h2").innerText(), /statistiques/);
    await page.goBack();
    await page.locator(".trace table").waitFor();
  });
  await check("trace: a bar leads to its fields in the answer, and a field back to its bar", router, async (page) => {
    await ran(page, FEDERATED);
    await view(page, "Trace");
    // A key that another request needs is no field of the answer.
    assert.equal(await page.locator(".trace button.link", { hasText: "serie.id" }).count(), 0);
    await page.locator(".trace tr[data-fetch] button.link", { hasText: "serie.moyenne" }).click();
    const brought = page.locator('[data-editor="Response"] .brought');
    await brought.first().waitFor();
    assert.match((await brought.allInnerTexts()).join(""), /^"moyenne": "2\.33/);
    await accessible(page);
    // The whole of a request, by its bar.
    await view(page, "Trace");
    await page.locator(".trace tr[data-fetch] .bar-link").first().press("Enter");
    await page.locator('main[data-view="Query"]').waitFor();
    await brought.first().waitFor();
    const line = page.locator('[data-editor="Response"] .cm-line', { hasText: "ecartType" });
    await line.click();
    const told = page.locator(".brought-by");
    await told.locator("code", { hasText: "serie.ecartType" }).waitFor();
    await told.getByRole("button", { name: /^statistiques/ }).click();
    assert.match(await page.locator(".trace tr.selected").innerText(), /statistiques/);
  });
  await check("keyboard: everything is reached by it, and nothing keeps it", router, async (page) => {
    await ran(page, FEDERATED);
    await page.locator("body").evaluate(() => document.activeElement?.blur());
    const reached = new Set();
    for (let step = 0; step < 60; step += 1) {
      await page.keyboard.press("Escape");
      await page.keyboard.press("Tab");
      const focused = await page.evaluate(() => {
        const element = document.activeElement;
        if (!element || element === document.body) return undefined;
        const { outlineStyle } = getComputedStyle(element);
        return { name: element.getAttribute("aria-label") ?? element.closest("[data-editor]")?.dataset.editor ?? element.innerText?.trim(), outlineStyle, isEditor: Boolean(element.closest(".editor")) };
      });
      if (!focused) continue;
      reached.add(focused.name);
      assert.ok(focused.isEditor || focused.outlineStyle !== "none", `the focus on "${focused.name}" cannot be seen`);
    }
    for (const name of ["Query", "Plan", "Trace", "Graph", "Status", "Theme", "Language", "▶ Run", "Format", "Share link", "Copy as curl", "Documentation", "History", "Operation", "Variables", "Response"]) {
      assert.ok(reached.has(name), `"${name}" is not reached: ${[...reached].join(", ")}`);
    }
    const link = page.getByRole("navigation").getByRole("link", { name: "Plan", exact: true });
    await link.focus();
    await page.keyboard.press("Enter");
    const box = page.locator(".plan .box").first();
    await box.waitFor();
    await box.focus();
    await page.keyboard.press("Space");
    await page.locator(".plan .details").waitFor();
  });
  await check("graph: the map says who resolves what", router, async (page) => {
    await view(page, "Graph");
    await page.locator(".graph .entity", { hasText: "Serie" }).click();
    const row = page.locator(".details tr", { hasText: "ecartType" });
    assert.match(await row.innerText(), /statistiques/);
    await page.getByLabel("Search types and fields").fill("Calcul.score");
    await page.locator(".found button").first().click();
    assert.match(await page.locator(".details tr.critical").innerText(), /@requires\(resultat\)/);
    assert.match(await page.locator(".details").innerText(), /join__field/);
    await accessible(page);
  });
  await check("status: every subgraph is in service", router, async (page) => {
    await view(page, "Status");
    await page.locator('tr[data-state="fetched"]').nth(1).waitFor();
    assert.match(await page.locator(".status-view").innerText(), /serving/);
    await accessible(page);
  });
  const statusPage = { opens: false };
  if (values.dev && values.sdl) {
    await check("dev: made-up answers, and what changed since the last schema", values.dev, async (page) => {
      assert.match(JSON.stringify(await run(page)), /"name 1"/);
      // A list in two parts, since what completes its items is elsewhere.
      const { data } = await ran(page, "{ products @stream(initialCount: 1, label: \"rest\") { name stars } }");
      assert.equal(data.products.length, 2);
      assert.ok(data.products.every(({ name, stars }) => name && stars !== undefined), JSON.stringify(data));
      const parts = await page.locator('.arrivals[aria-label="Parts"] li').allInnerTexts();
      assert.equal(parts.length, 2, parts.join("\n"));
      assert.match(parts[1], /"items".*rest|rest.*"items"/);
      await view(page, "Plan");
      await page.waitForFunction(() => document.querySelectorAll(".plan .box").length === 3);
      await view(page, "Graph");
      await page.locator("summary", { hasText: "Changes since the last schema" }).click();
      await page.locator(".changes", { hasText: "This is the first schema" }).waitFor();
      await view(page, "Query");
      await write(page, "Operation", "{ products { verdict } }");
      const mistake = page.locator(".cm-lintRange-error");
      await mistake.first().waitFor();
      await view(page, "Graph");
      await page.locator(".graph .entity", { hasText: "Product" }).click();
      const sdl = await readFile(values.sdl, "utf8");
      await writeFile(values.sdl, sdl.replace("stars: Int", "stars: Int! verdict: String"));
      // The map and the editor know what is served without being opened again.
      const summary = page.locator("summary", { hasText: "Changes since the last schema (2)" });
      await summary.waitFor();
      await page.locator(".details tr", { hasText: "verdict" }).waitFor();
      await page.locator(".details pre", { hasText: "verdict: String" }).first().waitFor();
      await view(page, "Query");
      await mistake.first().waitFor({ state: "detached" });
      // The state has them too, and leads to the map.
      for (const name of ["Graph", "Status"]) {
        await view(page, name);
        await summary.click();
        const row = page.locator(".changes tr", { hasText: "Product.verdict" });
        assert.match(await row.innerText(), /safe\s+Product\.verdict\s+field added/);
        await accessible(page);
        await row.getByRole("button").click();
        await page.locator('main[data-view="Graph"] .details tr.critical', { hasText: "verdict" }).waitFor();
      }
    });
  }
  if (values.binary) {
    const files = await startFiles(values.binary, path.join(values.screenshots, "files"));
    await check("query: files reach the subgraph as the variables that take them", files.address, async (page) => {
      await write(page, "Operation", "mutation Send($one: Upload!, $more: [Upload!]!) {\n  both(one: $one, more: $more) { name type size sha256 }\n}");
      await write(page, "Variables", '{ "other": 1 }');
      const content = (name) => Buffer.from(`content of ${name}, é`);
      const file = (name) => ({ name, mimeType: "text/plain", buffer: content(name) });
      await page.getByLabel("$one").setInputFiles(file("a.txt"));
      await page.getByLabel("$more").setInputFiles([file("b.txt"), file("c.txt")]);
      const sent = page.waitForRequest((request) => request.headers()["content-type"]?.startsWith("multipart/form-data") ?? false);
      await accessible(page);
      const { data, errors } = await run(page);
      assert.equal(errors, undefined, JSON.stringify(errors));
      assert.deepEqual(data.both, ["a.txt", "b.txt", "c.txt"].map((name) => stored(name, "text/plain", content(name))));
      // What a page of another origin could not send without asking first.
      assert.equal((await sent).headers()["apollo-require-preflight"], "true");
      // The command sends the same files, from the folder that they are in.
      const folder = path.join(values.screenshots, "files");
      for (const name of ["a.txt", "b.txt", "c.txt"]) await writeFile(path.join(folder, name), content(name));
      const { stdout } = await promisify(execFile)("bash", ["-c", await copied(page, "Copy as curl")], { timeout: PATIENCE, cwd: folder });
      assert.deepEqual(JSON.parse(stdout).data, data);
      // A file that is missing is a variable without a value, and the answer says which.
      await page.getByLabel("$one").setInputFiles([]);
      assert.match(JSON.stringify((await run(page)).errors), /\$?one/);
    });
    await check("query: files that are too many are refused with the limit", files.address, async (page) => {
      await write(page, "Operation", "mutation ($files: [Upload!]!) { all(files: $files) { name } }");
      await page.getByLabel("$files").setInputFiles([1, 2, 3, 4].map((name) => ({ name: `${name}.txt`, mimeType: "text/plain", buffer: Buffer.from("x") })));
      const { errors } = await run(page);
      assert.match(errors[0].message, /more than 3 files/);
      await page.locator(".facts .bad", { hasText: "413" }).waitFor();
      await fits(page);
    }, { viewport: { width: 390, height: 844 } });
    await check("status: the most frequent operations, with their times and errors", files.admin, async (page, address) => {
      await page.goto(address);
      const row = page.locator(".operations tr", { hasText: "mutation Send" });
      await row.waitFor();
      assert.match(await row.innerText(), /^mutation Send\s+[123]\s+[01]\s+[\d.]+ ms\s+[\d.]+ ms\s/);
      // What is asked later is there without opening the page again.
      await ask(files.address, "query Later { hello }");
      await page.locator(".operations tr", { hasText: "query Later" }).waitFor();
      await row.locator("summary").click();
      assert.match(await row.locator("pre").innerText(), /both\(one: \$one, more: \$more\)/);
      await accessible(page);
      await fits(page);
    }, { opens: false });
    files.stop();
  }
  if (values.admin) {
    await check("status: the admin port shows it, with its endpoints", values.admin, async (page, address) => {
      await page.goto(address);
      await page.locator('tr[data-state="fetched"]').nth(1).waitFor();
      await page.getByRole("link", { name: "/metrics" }).waitFor();
      const actions = await page.locator(".status-view li", { hasText: "POST" }).allInnerTexts();
      assert.deepEqual(actions.map((text) => text.split("?")[0].split(" ").slice(0, 2).join(" ")), ["POST /composition/refresh", "POST /composition/accept"]);
      await view(page, "Graph");
      await page.locator(".graph .entity").first().waitFor();
      await accessible(page);
    }, statusPage);
  }
  if (values.broken) {
    await check("status: what does not compose is reported with its place", values.broken, async (page, address) => {
      await page.goto(address);
      const failure = page.locator(".failure");
      await failure.waitFor();
      assert.match(await failure.innerText(), /FIELD_TYPE_MISMATCH/);
      assert.match(await failure.innerText(), /:\d+:\d+/);
      await accessible(page);
    }, statusPage);
  }

  for (const name of ["Query", "Plan", "Trace", "Graph", "Status"]) {
    await check(`390 px: ${name}`, router, async (page) => {
      await ran(page, FEDERATED);
      await view(page, name);
      await page.locator(`main[data-view="${name}"]`).waitFor();
      if (name === "Plan") await page.locator(".plan .box").first().waitFor();
      if (name === "Graph") await page.locator(".graph .box").first().waitFor();
      if (name === "Status") await page.locator(".status-view table").waitFor();
      if (["Plan", "Graph"].includes(name)) {
        const over = await page.locator(".drawing").evaluate((element) => element.scrollWidth - element.clientWidth);
        assert.ok(over <= 0, `the drawing is ${over} px wider than its frame`);
      }
      if (name === "Graph") {
        await page.locator(".graph .entity").first().click();
        const owner = await page.locator(".details td .badge").first().boundingBox();
        assert.ok(owner.x + owner.width <= 390, `who resolves a field ends at ${owner.x + owner.width} px`);
      }
      if (name === "Trace") {
        const bar = await page.locator(".trace tr[data-fetch] .bar").last().boundingBox();
        assert.ok(bar.x + bar.width <= 390, `the bars end at ${bar.x + bar.width} px`);
      }
      if (name === "Query") {
        const { width } = await page.locator(".answer").boundingBox();
        assert.ok(width > 350, `the answer is ${width} px wide`);
      }
      await fits(page);
      await accessible(page);
    }, { viewport: { width: 390, height: 844 } });
  }
  for (const service of services) {
    const { origin, port } = new URL(service);
    const rest = `${origin}/api/v1`;
    await check(`${port}: REST: one entry for each operation, nothing said twice, and a form that tries it`, rest, async (page) => {
      await page.goto(rest);
      const document_ = await (await fetch(`${rest}/openapi.json`)).json();
      const sections = page.locator("section");
      assert.deepEqual(await sections.evaluateAll((all) => all.map(({ id }) => id)), Object.keys(document_.paths));
      const doubled = await sections.evaluateAll((all) => all.flatMap((section) => {
        const texts = [...section.children].filter(({ tagName }) => tagName === "P").map(({ innerText }) => innerText);
        return texts.filter((text, index) => texts.some((other, before) => before !== index && other.startsWith(text)));
      }));
      assert.deepEqual(doubled, []);
      // Each form answers with the examples that it is filled in with.
      for (const path of Object.keys(document_.paths)) {
        const section = page.locator(`section[id="${path}"]`);
        await section.getByRole("button", { name: "Try it" }).click();
        const status = await section.locator("output b").innerText();
        assert.equal(status, "200", `${path}: ${await section.locator("output").innerText()}`);
      }
      await accessible(page);
    }, { opens: false });
    await check(`${port}: REST: 390 px, dark, and answers that differ`, rest, async (page) => {
      await page.goto(rest);
      await fits(page);
      const section = page.locator("section").first();
      await section.getByRole("button", { name: "Try it" }).press("Enter");
      const first = await section.locator("output").innerText();
      await section.locator("input").first().fill("not a number");
      await section.getByRole("button", { name: "Try it" }).click();
      await section.locator("output b", { hasText: "400" }).waitFor();
      assert.notEqual(await section.locator("output").innerText(), first);
      await fits(page);
      await accessible(page);
    }, { opens: false, viewport: { width: 390, height: 844 }, colorScheme: "dark" });
  }
  await check("dark: for readers who prefer it", router, async (page) => {
    await ran(page, FEDERATED);
    assert.ok((await luminance(page)) < 0.2);
    // The editor's own panels are as dark.
    await editor(page, "Operation").focus();
    await page.keyboard.press("Control+F");
    for (const part of [".cm-textfield", ".cm-button"]) {
      const look = await page.locator(`.cm-search ${part}`).first().evaluate((element) => {
        const { backgroundColor, backgroundImage, color } = getComputedStyle(element);
        const light = (text) => text.match(/[\d.]+/g).slice(0, 3).reduce((sum, value) => sum + Number(value), 0) / 765;
        return { ground: light(backgroundColor), text: light(color), backgroundImage };
      });
      assert.ok(look.ground < 0.3 && look.text > 0.7 && look.backgroundImage === "none", `${part}: ${JSON.stringify(look)}`);
    }
    await accessible(page);
    await page.keyboard.press("Escape");
    for (const [name, shown] of [["Plan", ".plan .box"], ["Trace", ".trace tr.critical"], ["Graph", ".graph .entity"], ["Status", ".status-view table"]]) {
      await view(page, name);
      await page.locator(shown).first().waitFor();
      await accessible(page);
    }
    await page.getByLabel("Theme").selectOption("light");
    assert.ok((await luminance(page)) > 0.8);
    await page.getByLabel("Theme").selectOption("system");
  }, { colorScheme: "dark" });
  await check("French: for a browser that speaks it, and back", router, async (page, address) => {
    await page.goto(address);
    await page.getByRole("button", { name: "▶ Exécuter" }).waitFor();
    await page.getByRole("link", { name: "Requête" }).waitFor();
    assert.equal(await page.locator("html").getAttribute("lang"), "fr");
    await page.getByRole("button", { name: "En-têtes", exact: true }).click();
    await write(page, "En-têtes", '{ "x-kept": "1" }');
    await page.getByLabel("Langue").selectOption("en");
    await page.getByRole("button", { name: "▶ Run" }).waitFor();
    // A change of the language loses nothing, not even headers, which no page that is loaded again has.
    assert.equal(await textOf(page, "Headers"), '{ "x-kept": "1" }');
    assert.equal(await editor(page, "Operation").getAttribute("aria-label"), "Operation");
    await page.getByLabel("Language").selectOption("fr");
    await page.getByRole("button", { name: "▶ Exécuter" }).click();
    await page.locator('.facts[data-running="false"]').waitFor();
    const said = [
      ["Plan", "#plan", ".plan .facts", /Le plan de .*Requêtes\s*: 2.*Étapes\s*: 2.*Coût estimé\s*: \d/s],
      ["Trace", "#trace", ".trace thead", /Sous-graphe.*Début.*Attente.*Premier octet.*Fin.*Octets.*Entités.*Champs/s],
      ["Trace", "#trace", ".trace tr[data-fetch]", /\d,\d\d ms/],
      ["Trace", "#trace", ".trace tbody", /réception.*analyse.*préparation.*exécution/s],
      ["Graphe", "#graph", ".graph .note", /Choisissez un type/],
      ["État", "#status", ".status-view", /en service.*Schéma.*Dernier changement.*lu/s],
    ];
    for (const [name, hash, where, text] of said) {
      await view(page, name);
      assert.equal(new URL(page.url()).hash, hash);
      await page.waitForFunction(([selector, source]) => new RegExp(source, "s").test(document.querySelector(selector)?.innerText ?? ""), [where, text.source]);
      await accessible(page);
    }
  }, { locale: "fr-FR", opens: false });
} finally {
  await browser.close();
}
console.log(`${tally.passed} passed, ${tally.failed} failed; pictures in ${values.screenshots}`);
process.exitCode = tally.failed > 0 ? 1 : 0;
