// A reader without the internet: a headless Chromium whose pages can reach loopback only, and everything that goes wrong on them.

import { access, constants } from "node:fs/promises";
import http from "node:http";
import path from "node:path";
import { chromium } from "playwright-core";

/** Longest wait for anything on a page, in milliseconds. */
export const PATIENCE = 20_000;

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
export const reader = async (browser, options) => {
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
      // What axe-core does while it looks is not the page's doing, nor is the style that Chromium gives a piece of an editable text when lines
      // become one, which no script did.
      window.axe || (effectiveDirective === "style-src-attr" && sourceFile === "") || window.reportViolation(`${effectiveDirective} by ${blockedURI} (${sourceFile}:${lineNumber})`),
    );
  });
  context.on("page", (page) => {
    page.on("console", (message) => {
      // What Chromium says of every status of 400 and above; the page shows it, and `response` below judges it.
      if (message.text().startsWith("Failed to load resource")) return;
      // The event above reports the same.
      if (message.text().startsWith("Applying inline style violates")) return;
      if (["error", "warning"].includes(message.type())) wrong.push(`console ${message.type()}: ${message.text()}`);
    });
    page.on("pageerror", (error) => wrong.push(`uncaught ${error.stack ?? error}`));
    page.on("requestfailed", (request) => request.failure()?.errorText === "net::ERR_ABORTED" || wrong.push(`failed: ${request.url()} (${request.failure()?.errorText})`));
    page.on("websocket", (socket) => isLocal(socket.url()) || wrong.push(`asked for ${socket.url()}`));
    page.on("response", (answer) => {
      if (answer.status() >= 400 && answer.request().resourceType() !== "fetch") wrong.push(`${answer.status()} from ${answer.url()}`);
    });
  });
  return { context, wrong };
};

/** A server that shows `origin` under /some/prefix/, and that asks it for no compression. With `breaks`, streams of events end in their middle. */
export const underPrefix = async (origin, { breaks = false } = {}) => {
  const server = http.createServer((request, response) => {
    if (!request.url.startsWith("/some/prefix/")) return response.writeHead(404).end();
    const { "accept-encoding": _, ...headers } = request.headers;
    const onward = http.request(
      new URL(request.url.slice("/some/prefix".length), origin),
      { method: request.method, headers },
      (answer) => {
        response.writeHead(answer.statusCode, answer.headers);
        if (breaks && answer.headers["content-type"]?.startsWith("text/event-stream")) {
          // The first event arrives before the connection goes.
          answer.once("data", (first) => response.write(first, () => setTimeout(() => response.destroy(), 300)));
        } else answer.pipe(response);
      },
    );
    onward.on("error", () => response.destroy());
    request.pipe(onward);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { address: `http://127.0.0.1:${server.address().port}/some/prefix/`, stop: () => server.close().closeAllConnections() };
};

/** A browser with an empty profile. CHROMIUM names it; by default the first of the usual names on PATH. */
export const launch = async () =>
  chromium.launch({
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
