// Holds endpoints to GraphQL over HTTP, by the audit of the reference implementation (`graphql-http`):
//
//   node .ci/audit.mjs URL…
//
// Each of its MUST, SHOULD and MAY has to hold.

import assert from "node:assert/strict";
import { auditServer } from "graphql-http";

const urls = process.argv.slice(2);
assert(urls.length > 0, "name the endpoints");
let failed = 0;
for (const url of urls) {
  const results = await auditServer({ url });
  const broken = results.filter(({ status }) => status !== "ok");
  for (const { id, name, status, reason } of broken) console.error(`${url}: ${id} (${status}): ${name}: ${reason}`);
  failed += broken.length;
  console.log(`${url}: ${results.length - broken.length} of ${results.length} hold`);
}
process.exitCode = failed === 0 ? 0 : 1;
