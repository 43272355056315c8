// Asks a router by the clients that applications are built on:
//
//   node .ci/frameworks/main.mjs ROUTER FOLDER CALCULATRICE STATISTIQUES
//
// ROUTER is the binary, FOLDER is for its configuration, the last two are where the services are. What is asserted is the data that a page would show.

import assert from "node:assert/strict";
import { apollo } from "./apollo.mjs";
import { startGraph } from "./graph.mjs";
import { relayRuntime } from "./relay.mjs";
import { graphqlRequest } from "./request.mjs";
import { urql } from "./urql.mjs";

const [router, folder, ...services] = process.argv.slice(2);
assert(router && folder && services.length === 2, "name the router, a folder, and the two services");

// urql aborts the request of an operation that is over, and where the abort meets the end of a body nobody awaits what it rejects.
process.on("unhandledRejection", (reason) => {
  if (reason?.name !== "AbortError") throw reason;
});

const graph = await startGraph(router, folder, services);
try {
  for (const check of [apollo, urql, relayRuntime, graphqlRequest]) await check(graph);
} catch (error) {
  // Before sockets are cut, about which clients would complain instead.
  console.error(error);
  process.exitCode = 1;
} finally {
  graph.close();
}
process.exit();
