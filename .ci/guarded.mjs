// Checks of the console of a router that asks for a token: whatever the page asks for is asked for with the headers of the tab.

import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { servedBy } from "./files.mjs";
import { editor, view, write, writeHeaders } from "./page.mjs";

const SECRET = Buffer.from("a secret that only this check knows, and long enough");
const encoded = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

/** Subgraphs whose names differ at their ends. */
const ALIKE = ["branches-of-the-company-in-the-north", "branches-of-the-company-in-the-south"];

const token = () => {
  const signed = `${encoded({ alg: "HS256", kid: "own" })}.${encoded({ sub: "reader", exp: Math.floor(Date.now() / 1000) + 600 })}`;
  return `${signed}.${createHmac("sha256", SECRET).update(signed).digest("base64url")}`;
};

export const checkGuarded = async (check, binary, folder) => {
  const { address, stop } = await servedBy(binary, folder, (port, admin) => {
    writeFileSync(join(folder, "keys.json"), JSON.stringify({ keys: [{ kty: "oct", kid: "own", k: SECRET.toString("base64url") }] }));
    writeFileSync(join(folder, "products.graphql"), '"""A shop."""\nschema { query: Query }\ntype Query { product: String }\n');
    for (const [index, name] of ALIKE.entries()) writeFileSync(join(folder, `${name}.graphql`), `type Query { branch${index}: String }\n`);
    return `listen: 127.0.0.1:${port}
admin: 127.0.0.1:${admin}
expose_plan: true
authentication: { required: true, jwt: [{ jwks: "${resolve(folder, "keys.json")}", algorithms: [HS256] }] }
subgraphs:
  products: { url: "http://127.0.0.1:1/", sdl: products.graphql }
${ALIKE.map((name) => `  ${name}: { url: "http://127.0.0.1:1/", sdl: ${name}.graphql }\n`).join("")}`;
  });
  try {
    await check("guarded: plan, schema and documentation are asked for with the headers of the tab", address, async (page) => {
      await page.goto(address);
      const status = page.locator(".status-line");
      await status.filter({ hasText: "The schema cannot be read: a token is required" }).waitFor();
      await page.getByRole("button", { name: "Documentation" }).click();
      await page.locator("aside .bad", { hasText: "a token is required" }).waitFor();
      await view(page, "Plan");
      await write(page, "Operation", "{ product }");
      await page.locator(".plan .bad", { hasText: "a token is required" }).waitFor();
      await writeHeaders(page, JSON.stringify({ authorization: `Bearer ${token()}` }));
      await page.locator(".plan .box", { hasText: "products" }).waitFor();
      await page.locator(".docs .field-name", { hasText: "product" }).waitFor();
      assert.equal(await status.innerText(), "");
      await write(page, "Operation", "{ nosuchfield }");
      await page.locator(".cm-lintRange-error").first().waitFor();
      // A tab without them says so.
      await page.getByRole("button", { name: "New tab" }).click();
      await status.filter({ hasText: "a token is required" }).waitFor();
      assert.ok(await editor(page, "Operation").isVisible());
    }, { opens: false });
    await check("graph: names that begin alike differ, and are whole where there is room", address, async (page) => {
      await page.goto(`${address}#graph`);
      const names = page.locator(".graph .box:not(.entity) .name");
      await names.nth(2).waitFor();
      assert.deepEqual((await names.allTextContents()).sort(), [...ALIKE, "products"]);
      await page.setViewportSize({ width: 390, height: 844 });
      await page.waitForFunction(() => document.querySelector(".drawing svg").clientWidth < 390);
      assert.equal(new Set(await names.allTextContents()).size, 3);
    }, { opens: false });
  } finally {
    stop();
  }
};
