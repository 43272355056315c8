// Checks of what the console sends: which operation, which headers, and what a copied command does.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { copied, editor, ran, run, textOf, view, write, writeHeaders } from "./page.mjs";
import { PATIENCE, underPrefix } from "./reader.mjs";

const TWO = "query First { addition(a: 1, b: 2) }\nquery Second { other: addition(a: 2, b: 3) }";

export const checkRequests = async (check, router, { EVENTS, DEFERRED }) => {
  await check("query: of several operations the one that is shown is run, and one that is gone is not", router, async (page) => {
    const selector = page.locator(".toolbar").getByLabel("Operation", { exact: true });
    assert.deepEqual((await ran(page, TWO)).data, { addition: "3" });
    assert.equal(await selector.inputValue(), "First");
    await selector.selectOption("Second");
    assert.deepEqual((await run(page)).data, { other: "5" });
    assert.equal(JSON.parse(/-d '(.*)'$/s.exec(await copied(page, "Copy as curl"))[1]).operationName, "Second");
    const { data, errors } = await ran(page, "query First { addition(a: 1, b: 2) }");
    assert.deepEqual([data, errors], [{ addition: "3" }, undefined]);
    assert.equal(await selector.count(), 0);
    assert.match(await page.locator(".tab.active").innerText(), /First/);
    await view(page, "Plan");
    await page.locator(".plan .box").first().waitFor();
  });
  await check("query: formatting deletes no comments", router, async (page) => {
    await write(page, "Operation", "{ addition(a: 1, b: 2) } # the sum");
    await page.getByRole("button", { name: "Format" }).click();
    await page.locator(".status-line", { hasText: "comments" }).waitFor();
    assert.equal(await textOf(page, "Operation"), "{ addition(a: 1, b: 2) } # the sum");
  });
  await check("query: what is copied of events and parts comes as events and parts", router, async (page) => {
    const printed = async () => {
      const command = await copied(page, "Copy as curl");
      assert.match(command, /^curl -sN /);
      return (await promisify(execFile)("bash", ["-c", command], { timeout: PATIENCE })).stdout;
    };
    await write(page, "Operation", EVENTS);
    assert.equal((await printed()).match(/"effectif"/g)?.length, 3);
    await write(page, "Operation", DEFERRED);
    assert.match(await printed(), /"hasNext":true.*"hasNext":false/s);
    await writeHeaders(page, '{ "Accept": "application/json" }');
    assert.deepEqual((await copied(page, "Copy as curl")).match(/-H 'accept: [^']*'/gi), ["-H 'accept: application/json'"]);
  });
  await check("query: the size that is shown is that of what came", router, async (page) => {
    const size = async () => {
      const [, number, unit] = /\b([\d.]+) (B|KiB)\b/.exec(await page.locator(".facts").innerText());
      return unit === "B" ? Number(number) : `${number} KiB`;
    };
    const shown = (bytes) => (bytes < 2048 ? bytes : `${(bytes / 1024).toFixed(1)} KiB`);
    // The browser does not keep a body that came in parts.
    let came = 0;
    await page.route("**/graphql", async (route) => {
      const answer = await route.fetch();
      const { "content-encoding": _, ...headers } = answer.headers();
      const body = await answer.body();
      if (headers["content-type"]?.startsWith("multipart/mixed")) came = body.length;
      await route.fulfill({ status: answer.status(), headers, body });
    });
    await ran(page, DEFERRED);
    assert.ok(came > 0);
    assert.equal(await size(), shown(came));
    await page.unroute("**/graphql");
    let received = 0;
    page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => { received += Buffer.byteLength(payload); }));
    await page.getByLabel("Transport").selectOption({ label: "WebSocket" });
    await ran(page, EVENTS);
    assert.ok(received > 0);
    assert.equal(await size(), shown(received));
  });
  await check("query: a part may be as long as it is", router, async (page) => {
    const LONG = 200_000;
    const part = (payload) => `\r\n--x\r\ncontent-type: application/json\r\n\r\n${JSON.stringify(payload)}`;
    await page.route("**/graphql", (route) => {
      if (!route.request().postData()?.includes("Long")) return route.fallback();
      const items = Array.from({ length: LONG }, (_, index) => index);
      const body = `${part({ data: { long: [] }, hasNext: true })}${part({ incremental: [{ path: ["long", 0], items }], hasNext: false })}\r\n--x--`;
      return route.fulfill({ status: 200, contentType: 'multipart/mixed; boundary="x"', body });
    });
    await write(page, "Operation", "query Long { long @stream(initialCount: 0) }");
    await page.getByRole("button", { name: /^▶/ }).click();
    await page.locator('.facts[data-running="false"]').waitFor();
    assert.equal(await page.locator(".answer .failure").count(), 0);
    assert.equal(await page.locator('.arrivals[aria-label="Parts"] li').count(), 2);
    // The beginning of it is drawn.
    assert.match(await textOf(page, "Response"), /"long": \[\n\s+0,\n\s+1,/);
  });
  await check("query: headers take the place of the page's own, and wrong ones are named", router, async (page) => {
    await writeHeaders(page, '{ "Content-Type": "application/json", "ACCEPT": "application/json" }');
    const sent = page.waitForRequest((request) => request.postData()?.includes("FromHeaders") ?? false);
    assert.equal((await ran(page, "query FromHeaders { addition(a: 1, b: 2) }")).data.addition, "3");
    const { accept, "content-type": type } = (await sent).headers();
    assert.deepEqual([accept, type], ["application/json", "application/json"]);
    for (const [headers, name] of [['{ "my header": "x" }', "my header"], ['{ "x-a": "日本" }', "x-a"], ['{ "x-b": { "c": 1 } }', "x-b"]]) {
      await write(page, "Headers", headers);
      await run(page);
      await page.locator(".answer .failure").getByText(`invalid header "${name}"`, { exact: true }).waitFor();
    }
  });
  const broken = await underPrefix(new URL(router).origin, { breaks: true });
  await check("query: a stream that breaks did answer before", new URL("graphql", broken.address).href, async (page, _, wrong) => {
    await write(page, "Operation", "subscription Endless { statistiquesCourantes(valeurs: [1, 2, 4, 8], intervalle: 10000) { effectif } }");
    await page.getByRole("button", { name: /^▶/ }).click();
    const failure = page.locator(".answer .failure");
    await failure.waitFor();
    assert.match(await failure.innerText(), /^The connection broke: /);
    assert.equal(await page.locator(".arrivals li").count(), 1);
    assert.ok(await editor(page, "Operation").isVisible());
    // That it breaks is what is checked.
    const other = wrong.filter((each) => !/^failed: .*graphql \(net::ERR_(INCOMPLETE_CHUNKED_ENCODING|CONNECTION_RESET|EMPTY_RESPONSE|HTTP2_PROTOCOL_ERROR)\)$/.test(each));
    wrong.splice(0, wrong.length, ...other);
  });
  broken.stop();
};
