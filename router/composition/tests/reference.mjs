// Asks the reference composer, @apollo/composition, what it says of each case, and prints where the router says otherwise.
//
// Needs Node.js and, beside this file or above it, `npm install @apollo/composition graphql` (or NODE_PATH of a folder that has them).
//
//   cargo build -p router && node router/composition/tests/reference.mjs target/debug/router [CASE ...]
//
// Compared are verdict and error codes. The differences that are meant are in README.md beside this file; this script ends with 1 when there are
// any, so that a person looks at them. It is a development check: `cargo test` does not need it.

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

const require = createRequire(process.env.NODE_PATH ? `${process.env.NODE_PATH}/_` : import.meta.url);
const { composeServices } = require("@apollo/composition");
const { parse } = require("graphql");

const cases = join(import.meta.dirname, "cases");
const [router, ...wanted] = process.argv.slice(2);
if (!router) {
  console.error("usage: node reference.mjs ROUTER_BINARY [CASE ...]");
  process.exit(2);
}

const sorted = (codes) => [...new Set(codes)].sort().join(" ") || "composes";

// The subgraphs of a folder, by name; those of `over` replace them, and empty ones take them away.
function subgraphs(folder, over = {}) {
  const files = readdirSync(folder).filter((file) => file.endsWith(".graphql"));
  const read = files.map((file) => [basename(file, ".graphql"), readFileSync(join(folder, file), "utf8")]);
  return Object.fromEntries(Object.entries({ ...Object.fromEntries(read), ...over }).filter(([, sdl]) => sdl !== ""));
}

function here(graph) {
  const folder = mkdtempSync(join(tmpdir(), "composition-"));
  try {
    const config = { subgraphs: {} };
    Object.entries(graph).forEach(([name, sdl], index) => {
      writeFileSync(join(folder, `${index}.graphql`), sdl);
      config.subgraphs[name] = { url: `http://${index}.example`, sdl: `${index}.graphql` };
    });
    writeFileSync(join(folder, "router.yaml"), JSON.stringify(config));
    const args = ["compose", "--config", join(folder, "router.yaml"), "--output", join(folder, "out"), "--format", "json"];
    let text;
    try {
      text = execFileSync(router, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
    } catch (failed) {
      if (failed.status !== 1) throw failed;
      text = failed.stdout;
    }
    const errors = JSON.parse(text).diagnostics.filter(({ severity }) => severity === "error");
    return sorted(errors.map(({ code }) => code));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function reference(graph) {
  const services = Object.entries(graph).map(([name, sdl], index) => ({ name, url: `http://${index}.example`, sdl }));
  let result;
  try {
    result = composeServices(services.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) })));
  } catch (error) {
    return error.name === "GraphQLError" ? "INVALID_GRAPHQL" : "stops with an internal error";
  }
  return sorted((result.errors ?? []).map((error) => error.extensions?.code ?? "no code"));
}

let [compared, differences] = [0, 0];
for (const name of wanted.length > 0 ? wanted : readdirSync(cases).sort()) {
  const graphs = [[name, subgraphs(join(cases, name))]];
  const mended = join(cases, name, "mended");
  if (existsSync(mended)) {
    const changes = Object.fromEntries(readdirSync(mended).map((file) => [basename(file, ".graphql"), readFileSync(join(mended, file), "utf8")]));
    graphs.push([`${name}, mended`, subgraphs(join(cases, name), changes)]);
  }
  for (const [title, graph] of graphs) {
    const [ours, theirs] = [here(graph), reference(graph)];
    compared += 1;
    if (ours !== theirs) {
      differences += 1;
      console.log(`${title}\n  here:      ${ours}\n  reference: ${theirs}`);
    }
  }
}
console.log(`${compared} compared, ${differences} different`);
process.exit(differences > 0 ? 1 : 0);
