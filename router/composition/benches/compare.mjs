// Composes the same graphs with this crate and with @apollo/composition, one after the other, each in a process of its own.
//
// Needs Node.js and, beside this file or above it, `npm install @apollo/composition graphql` (or NODE_PATH of a folder that has them).
//
//   node router/composition/benches/compare.mjs [SUBGRAPHSxTYPESxFIELDS ...]
//
// Prints for each size the time of both, how many times faster ours is, and the peak memory of both. The reference gets eight
// minutes and 16 GB; when it does not end in time, what is printed is a lower bound.

import { execFileSync, spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const LIMIT_MS = 8 * 60 * 1000;
const require = createRequire(process.env.NODE_PATH ? `${process.env.NODE_PATH}/_` : import.meta.url);

// The same graph as graph.rs makes.
function subgraphs([count, types, fields]) {
  return Array.from({ length: count }, (_, s) => {
    let sdl = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])\n';
    for (let t = 0; t < types; t++) {
      sdl += `type T${t} @key(fields: "id") {\n  id: ID!\n`;
      for (let f = 0; f < fields; f++) {
        sdl += `  s${s}_f${f}: ${["Int", "String", "Boolean", `T${(t + f + 1) % types}`][f % 4]}\n`;
      }
      sdl += "}\n";
    }
    return { name: `s${s}`, url: `http://s${s}.example`, sdl: `${sdl}type Query {\n  q${s}: T${s % types}\n}\n` };
  });
}

function reference(size) {
  const { composeServices } = require("@apollo/composition");
  const { parse } = require("graphql");
  const services = subgraphs(size);
  const start = performance.now();
  const result = composeServices(services.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) })));
  if (result.errors) throw result.errors[0];
  const megabytes = Math.round(process.resourceUsage().maxRSS / 1024);
  console.log(Math.round(performance.now() - start), megabytes);
}

const cargo = (...rest) =>
  execFileSync("cargo", ["bench", "--quiet", "-p", "composition", "--bench", "compose", "--", ...rest], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
  });

function compare(name) {
  const size = name.split("x").map(Number);
  const [ours, memory] = cargo("once", ...size.map(String)).trim().split(" ").map(Number);
  const self = fileURLToPath(import.meta.url);
  const run = spawnSync(process.execPath, ["--max-old-space-size=16000", self, "--reference", name], {
    encoding: "utf8",
    timeout: LIMIT_MS,
  });
  const ended = run.status === 0;
  if (!ended && run.error?.code !== "ETIMEDOUT") throw new Error(run.stderr || "the reference failed");
  const [theirs, theirMemory] = ended ? run.stdout.trim().split(" ").map(Number) : [LIMIT_MS, undefined];
  const more = ended ? "" : "> ";
  console.log(
    `| ${name} | ${ours} ms | ${more}${theirs} ms | ${more}${(theirs / ours).toFixed(0)}× | ${memory} MB | ${theirMemory ?? "?"} MB |`,
  );
}

if (process.argv[2] === "--reference") {
  reference(process.argv[3].split("x").map(Number));
} else {
  console.log("| subgraphs × types × fields | ours | reference | faster | our memory | its memory |");
  console.log("| --- | ---: | ---: | ---: | ---: | ---: |");
  const names = process.argv.slice(2);
  for (const name of names.length > 0 ? names : ["10x10x20", "20x20x20", "40x40x20", "100x100x20"]) compare(name);
}
