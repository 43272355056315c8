// Checks of what each tab has for itself, and of where its parts are.

import assert from "node:assert/strict";
import { ran, view, write } from "./page.mjs";

export const checkTabs = async (check, router, { FAILING, accessible, fits }) => {
  await check("tabs: each has an answer of its own, which is read out, and the keyboard stays among them", router, async (page) => {
    const outcome = page.locator('.answer [role="status"].outcome');
    // There before anything comes into it, or else it is not read out.
    assert.equal(await outcome.textContent(), "");
    await ran(page, FAILING);
    assert.match(await outcome.textContent(), /Response \d{3}, \d+ ms, 1 error: /);
    await accessible(page);
    await page.getByRole("button", { name: "New tab" }).click();
    await page.getByText("Run an operation to see its answer here.").waitFor();
    assert.equal(await page.locator(".answer .facts, .answer .errors").count(), 0);
    await view(page, "Trace");
    await page.getByText("Run an operation to see its trace.").waitFor();
    await view(page, "Query");
    await page.locator(".tab > button", { hasText: "Failing" }).click();
    await page.locator(".answer .errors li").waitFor();
    await page.locator(".tab.active .close").press("Enter");
    await page.locator(".tab").nth(1).waitFor({ state: "detached" });
    // The focus follows once what is left is drawn.
    await page.waitForFunction(() => document.activeElement?.closest(".tab")?.innerText.includes("…"));
  });
  await check("tabs: events go on while another is shown", router, async (page) => {
    await write(page, "Operation", "subscription Slow { statistiquesCourantes(valeurs: [1, 2, 4], intervalle: 400) { effectif } }");
    await page.getByRole("button", { name: /^▶/ }).click();
    await page.locator(".arrivals li").first().waitFor();
    await page.getByRole("button", { name: "New tab" }).click();
    await page.getByRole("button", { name: /^▶/ }).waitFor();
    await ran(page, "query Meanwhile { addition(a: 1, b: 2) }");
    await page.locator(".tab > button", { hasText: "Slow" }).click();
    await page.locator(".arrivals li").nth(2).waitFor();
  });
  await check("plan: an old plan is not shown as another text's", router, async (page) => {
    await view(page, "Plan");
    const heading = page.locator(".plan .facts");
    await write(page, "Operation", "query First { addition(a: 1, b: 2) }");
    await page.locator(".plan .facts strong", { hasText: "First" }).waitFor();
    await page.locator(".plan .box").first().waitFor();
    await write(page, "Operation", "query Second { nosuch }");
    await page.locator(".plan .bad").waitFor();
    assert.match(await heading.innerText(), /The plan of First\s+\(the last plan that was valid\)/);
    await accessible(page);
    await page.getByRole("button", { name: "New tab" }).click();
    await write(page, "Operation", "query Third { nosuch }");
    await page.locator(".plan .bad").waitFor();
    assert.match(await heading.innerText(), /The plan of Third/);
    assert.equal(await page.locator(".plan .box").count(), 0);
  });
  await check("plan: the documentation beside it leaves room to write", router, async (page) => {
    await view(page, "Plan");
    await page.locator(".plan .box").first().waitFor();
    for (const name of ["Documentation", "History"]) {
      await page.getByRole("button", { name }).click();
      const [asked, headers, aside] = await Promise.all([".asked", ".extras button:last-child", "aside"].map((part) => page.locator(part).boundingBox()));
      assert.ok(asked.width > 400 && asked.height > 300, `${name}: ${JSON.stringify(asked)}`);
      assert.ok(headers.x + headers.width <= asked.x + asked.width, `${name}: ${JSON.stringify(headers)}`);
      assert.ok(aside.width > 400 && aside.height > 100, `${name}: ${JSON.stringify(aside)}`);
    }
    await accessible(page);
  });
  await check("schema: it is read again when the reader comes back", router, async (page) => {
    const again = page.waitForRequest((request) => request.postData()?.includes("IntrospectionQuery") ?? false);
    // Not with each of many changes between windows.
    await page.evaluate(() => setInterval(() => dispatchEvent(new Event("focus")), 200));
    await again;
  });
  await check("graph: a window that becomes narrow has a drawing that fits", router, async (page) => {
    await view(page, "Graph");
    await page.locator(".graph .box").first().waitFor();
    await page.setViewportSize({ width: 390, height: 844 });
    await page.waitForFunction(() => {
      const drawing = document.querySelector(".drawing");
      return drawing.scrollWidth <= drawing.clientWidth;
    });
    await fits(page);
  });
};
