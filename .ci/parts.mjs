// Puts the parts of streamed lists together as Apollo Client 4 does, by its handlers of both formats: the snapshots of the executor's tests are the input.
//
//   node .ci/parts.mjs

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Defer20220824Handler, GraphQL17Alpha9Handler } from "@apollo/client/incremental";
import { parse } from "graphql";

const snapshots = new URL("../router/executor/tests/it/snapshots/", import.meta.url);
const query = parse('{ l @stream(initialCount: 1, label: "rest") { id ... @defer(label: "fragment") { n } } }');

const items = (...ids) => ids.map((id) => id && { id: String(id), v: id, n: 10 * id });
const cases = {
  the_first_items_do_not_wait_for_the_others: { l: items(1, 2, 3) },
  items_that_are_null_stay_where_they_are: { l: items(1, null, 3, null) },
  nullable: { l: items(1, 2, null) },
  // A null that may not be one ends the list before it.
  non_null: { l: items(1, 2) },
  a_list_in_later_items_is_whole: { l: [{ m: [1, 2, 3] }, { m: [4, 5] }] },
  a_fragment_in_later_items_follows_them: { l: [1, 2, 3].map((id) => ({ id: String(id), n: 10 * id })) },
};

for (const [name, data] of Object.entries(cases)) {
  const text = readFileSync(new URL(`it__streamed__${name}.snap`, snapshots), "utf8").split("\n---\n").at(-1);
  const formats = text.split("\n\n").map((part) => part.split("\n").filter((line) => line.startsWith("{")));
  assert.equal(formats.length, 2);
  for (const [handler, parts] of [
    [new Defer20220824Handler(), formats[0]],
    [new GraphQL17Alpha9Handler(), formats[1]],
  ]) {
    const request = handler.startRequest({ query });
    let result;
    for (const part of parts) result = request.handle(result?.data, JSON.parse(part));
    assert.deepEqual(result.data, data, `${name}: ${handler.constructor.name}`);
    assert.equal(request.hasNext, false);
    assert.equal(result.errors?.length ?? 0, name.includes("null") && !name.startsWith("items") ? 1 : 0);
  }
}
console.log("Apollo Client: streamed lists, in both formats");
