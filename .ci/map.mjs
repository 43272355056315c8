// Checks of the map and the state of a graph with everything that a subgraph can say of its entities, and with a subgraph that went away.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { servedBy } from "./files.mjs";
import { view } from "./page.mjs";

const LINK = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@external", "@interfaceObject", "@key", "@override", "@provides", "@requires", "@shareable"])
directive @highlight(colour: String) on FIELD
`;
const SDL = {
  catalog: `type Query { product(id: ID!, currency: Currency = EUR): Product media: [Media!]! }
enum Currency { EUR USD }
interface Media @key(fields: "id") { id: ID! title: String }
type Book implements Media @key(fields: "id") { id: ID! title: String }
type Product @key(fields: "id") { id: ID! name: String @shareable weight: Float price: Int stock: Int }`,
  orders: `type Query { orders: [Order!]! }
type Order { product: Product }
type Product @key(fields: "id", resolvable: false) { id: ID! }`,
  reviews: `type Query { latest: Review }
type Review { product: Product @provides(fields: "name") text: String }
type Media @key(fields: "id") @interfaceObject { id: ID! stars: Int }
type Product @key(fields: "id") { id: ID! name: String @external }`,
  shipping: `type Product @key(fields: "id") {
  id: ID!
  weight: Float @external
  cost: Int @requires(fields: "weight")
  price: Int @override(from: "catalog")
  stock: Int @override(from: "catalog", label: "percent(10)")
}`,
};

/** A subgraph that says its SDL and nothing else, until it is ended. */
const startSubgraph = async (sdl) => {
  const server = createServer((request, response) => {
    request.resume();
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ data: { _service: { sdl } } }));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = () => (server.close(), server.closeAllConnections());
  return { url: `http://127.0.0.1:${server.address().port}/`, stop };
};

export const checkMap = async (check, binary, folder, { accessible, fits }) => {
  const gone = await startSubgraph(`${LINK}type Query { weather: String }`);
  const { address, admin, stop } = await servedBy(binary, folder, (port, adminPort) => {
    for (const [name, sdl] of Object.entries(SDL)) writeFileSync(join(folder, `${name}.graphql`), LINK + sdl);
    return `listen: 127.0.0.1:${port}
admin: 127.0.0.1:${adminPort}
expose_plan: true
console: { status: true }
polling: { interval: 200ms }
subgraphs:
  weather: { url: "${gone.url}" }
${Object.keys(SDL).map((name) => `  ${name}: { url: "http://127.0.0.1:1/", sdl: ${name}.graphql }\n`).join("")}`;
  });
  const shown = (page, name) => page.locator(".graph .details tr", { has: page.locator("th code", { hasText: new RegExp(`^${name}$`) }) });
  /** What a row or a line says, whatever its cells are apart by. */
  const said = async (locator) => (await locator.innerText()).split(/\s+/).join(" ");
  /** The subgraphs that the type is in. */
  const members = (page) => page.locator(".graph .details > p .badge").allInnerTexts();
  try {
    await check("graph: what subgraphs say of their entities is on the map", `${address}#graph`, async (page) => {
      await page.goto(`${address}#graph`);
      const product = page.locator('.graph .entity[aria-label^="Product:"]');
      assert.equal(await product.getAttribute("aria-label"), "Product: catalog, orders (reference only), reviews, shipping");
      assert.equal(await page.locator(".edge.refers").count(), 1);
      await page.getByText("A dashed line: the subgraph only refers to the entity").waitFor();
      await product.click();
      assert.deepEqual(await members(page), ["catalog @key(id)", "orders @key(id, resolvable: false)", "reviews @key(id)", "shipping @key(id)"]);
      const rows = {
        name: "name String catalog reviews @external",
        weight: "weight Float catalog shipping @external",
        cost: "cost Int shipping @requires(weight)",
        price: "price Int shipping @override(catalog)",
        stock: "stock Int catalog unless percent(10) shipping @override(catalog, label: percent(10))",
      };
      for (const [name, text] of Object.entries(rows)) assert.equal(await said(shown(page, name)), text);
      await accessible(page);
      // An interface with a key is an entity, and one subgraph knows it as an object.
      const media = page.locator('.graph .entity[aria-label^="Media:"]');
      assert.equal(await media.getAttribute("aria-label"), "Media: catalog, reviews");
      await media.click();
      assert.deepEqual(await members(page), ["catalog @key(id)", "reviews @interfaceObject @key(id)"]);
      assert.equal(await said(shown(page, "stars")), "stars Int reviews");
      await page.locator(".hints summary").click();
      assert.match(await page.locator(".hints").innerText(), /OVERRIDDEN_FIELD_CAN_BE_REMOVED .*Product\.price/);
    }, { opens: false });
    await check("graph: the search finds every coordinate", `${address}#graph`, async (page) => {
      await page.goto(`${address}#graph`);
      const look = async (text, coordinate) => {
        await page.getByLabel("Search types and fields").fill(text);
        await page.locator(".found button", { hasText: coordinate }).filter({ hasText: new RegExp(`^${coordinate.replace(/[()]/g, "\\$&")}$`) }).click();
      };
      await look("currency:", "Query.product(currency:)");
      assert.equal(await said(page.locator(".details tr.critical")), "product (id: ID!, currency: Currency) Product catalog");
      await look("usd", "Currency.USD");
      assert.equal(await said(page.locator(".details tr.critical")), "USD catalog");
      await look("highlight(", "@highlight(colour:)");
      await page.getByRole("heading", { name: "@highlight directive" }).waitFor();
      for (const text of await page.locator(".details pre").allInnerTexts()) assert.match(text, /^directive @highlight\(colour: String\) on FIELD/);
      await look("review.product", "Review.product");
      assert.equal(await said(page.locator(".details tr.critical")), "product Product reviews @provides(name)");
      await accessible(page);
    }, { opens: false });
    await check("status: a subgraph that cannot be reached, since when, and why", admin, async (page) => {
      await page.goto(admin);
      const row = page.locator(".status-view tr", { hasText: "weather" });
      assert.equal(await row.getAttribute("data-state"), "fetched");
      gone.stop();
      await page.locator('.status-view tr[data-state="unreachable"]', { hasText: "weather" }).waitFor();
      assert.match(await said(row), new RegExp(`^weather ${gone.url} unreachable .*(now|ago) .*(now|ago) .*refused`, "i"));
      // The others are as they were, and what was composed last is served on.
      assert.equal(await page.locator('.status-view tr[data-state="fetched"]').count(), Object.keys(SDL).length);
      assert.match(await page.locator(".status-view .facts").innerText(), /^degraded\s.*Schema .*served since/s);
      await accessible(page);
      await page.setViewportSize({ width: 390, height: 844 });
      await fits(page);
      await page.getByText("POST /composition/refresh", { exact: true }).waitFor();
      await view(page, "Graph");
      await page.locator(".graph .entity").first().waitFor();
    }, { opens: false });
  } finally {
    gone.stop();
    stop();
  }
};
