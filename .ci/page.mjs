// What a reader does on a page of the console, in words of its own.

/** A line editor of the page, by its label. */
export const editor = (page, label) => page.locator(`[data-editor="${label}"] .cm-content`).first();
/** The text of an editor without its gutters; long ones show a part only. */
export const textOf = async (page, label) => (await editor(page, label).locator(".cm-line").allTextContents()).join("\n");
export const write = async (page, label, text) => {
  await editor(page, label).click();
  await page.keyboard.press("ControlOrMeta+A");
  // In one piece, so that no bracket is closed and no name completed.
  await page.keyboard.insertText(text);
};
/** Opens the page, and waits until it has the schema. */
export const open = async (page, address) => {
  const schema = page.waitForResponse((answer) => answer.request().postData()?.includes("IntrospectionQuery") && answer.status() === 200);
  // Whatever fails below is what to report, not that this then never comes.
  schema.catch(() => {});
  await page.goto(address, { waitUntil: "load" });
  await editor(page, "Operation").waitFor();
  await schema;
};
export const view = (page, name) => page.getByRole("navigation").getByRole("link", { name, exact: true }).click();
/** Presses the button, waits for the end, and reads the answer that is shown. */
export const run = async (page) => {
  await page.getByRole("button", { name: /^▶/ }).click();
  await page.locator('.facts[data-running="false"]').waitFor();
  return page.locator('[data-editor="Response"]').count().then(async (there) => (there > 0 ? JSON.parse(await textOf(page, "Response")) : {}));
};
export const ran = async (page, query) => {
  await write(page, "Operation", query);
  return run(page);
};
/** Writes the headers of the tab. */
export const writeHeaders = async (page, text) => {
  await page.getByRole("button", { name: "Headers", exact: true }).click();
  await write(page, "Headers", text);
};
/** Presses a button that copies, and returns what it copied. */
export const copied = async (page, name) => {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.evaluate(() => navigator.clipboard.writeText(""));
  await page.getByRole("button", { name, exact: true }).click();
  await page.getByText("Copied.", { exact: true }).waitFor();
  await page.waitForFunction(async () => (await navigator.clipboard.readText()) !== "");
  return page.evaluate(() => navigator.clipboard.readText());
};
