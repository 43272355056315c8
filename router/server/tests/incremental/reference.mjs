// Writes reference.json: what graphql-js 17 answers, in both formats, to operations with @defer and @stream over the data of the test "streamed".
//
//   cd DIRECTORY && npm install graphql@17.1.0 && node …/reference.mjs
//
// The modules are looked for in the working directory.

import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const { buildSchema, experimentalExecuteIncrementally, legacyExecuteIncrementally, parse, validate } = createRequire(
  process.cwd() + "/",
)("graphql");

const schema = buildSchema(`
  directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT
  directive @stream(if: Boolean! = true, label: String, initialCount: Int! = 0) on FIELD
  type Query { dogs: [Dog] some: [Dog!] many: [Dog!] gone: Dog pack: Pack }
  type Pack { dogs: [Dog] }
  type Dog { id: ID! name: String! age: Int friends: [Dog] }
`);

/** Later dogs take longer; one has no name. */
const later = (value, id) => new Promise((resolve) => setTimeout(() => resolve(value), 20 * id));
const dog = (id) =>
  id && {
    id: String(id),
    name: () => later(id === 4 ? null : `dog ${id}`, id),
    age: () => later(id + 1, id),
    friends: () => [dog(id + 4), dog(id + 8)],
  };
const root = {
  dogs: () => [dog(1), null, dog(3), dog(2)],
  some: () => [dog(1), dog(4)],
  many: () => [dog(1), dog(5), dog(4), dog(6)],
  gone: () => null,
  pack: () => ({ dogs: [dog(1), dog(3)] }),
};

const operations = [
  '{ dogs @stream(initialCount: 1, label: "rest") { id name } }',
  "{ dogs @stream { name } }",
  "{ dogs @stream(initialCount: 9) { name } }",
  "{ some @stream(initialCount: 1) { id name } }",
  '{ many @stream(initialCount: 1, label: "rest") { id name } }',
  "{ many @stream { name } }",
  '{ dogs @stream(initialCount: 3) { id ... @defer(label: "who") { name } } }',
  '{ pack { ... @defer(label: "all") { dogs @stream(initialCount: 1, label: "rest") { name } } } }',
  '{ a: dogs @stream(initialCount: 2, label: "a") { name } b: dogs @stream(initialCount: 1, label: "b") { id name } }',
  '{ dogs @stream(initialCount: 1, label: "rest") { friends { name } } }',
  "query($n: Int!) { dogs @stream(initialCount: $n) { name } }",
  "{ dogs @stream(if: false) { name } }",
  '{ dogs { id ... @defer(label: "who") { name } } }',
  '{ dogs { ... @defer(label: "who") { name } ... @defer(label: "friends") { friends { id } } } }',
  '{ dogs { id ... @defer(label: "who") { name } ... @defer(label: "both") { name friends { id } } } }',
  '{ dogs { id ... @defer(label: "outer") { name ... @defer(label: "inner") { friends { name } } } } }',
  '{ dogs { ... @defer(label: "outer") { friends { id ... @defer(label: "inner") { name } } } } }',
  '{ dogs { id name ... @defer(label: "again") { name friends { id } } } }',
  '{ dogs { friends { id } ... @defer(label: "names") { friends { name } } } }',
  '{ some { id ... @defer(label: "who") { name } } }',
  '{ some { id ... @defer(label: "outer") { name ... @defer(label: "inner") { friends { id } } } } }',
  '{ some { id ... @defer(label: "who") { name } ... @defer(label: "friends") { friends { id name } } } }',
  "query($no: Boolean = false) { dogs { id ... @defer(if: $no) { name } } }",
  '{ dogs { id ... @defer(if: false, label: "never") { name } ... @defer(label: "friends") { friends { id } } } }',
  '{ dogs { ...Outer @defer(label: "outer") } } fragment Outer on Dog { id ...Inner @defer(label: "inner") } fragment Inner on Dog { name }',
  '{ gone { id ... @defer(label: "nobody") { name } } some { id ... @defer(label: "who") { name } } }',
];

/** All responses to an operation. */
const all = async (execute, text) => {
  const document = parse(text);
  const errors = validate(schema, document);
  if (errors.length > 0) throw errors[0];
  const result = await execute({ schema, document, rootValue: root, variableValues: { n: 2 } });
  if (!("initialResult" in result)) return [result];
  const responses = [result.initialResult];
  for await (const response of result.subsequentResults) responses.push(response);
  return responses;
};

const cases = [];
for (const operation of operations) {
  const labelled = await all(legacyExecuteIncrementally, operation);
  const numbered = await all(experimentalExecuteIncrementally, operation);
  cases.push({ operation, labelled, numbered });
}
writeFileSync(new URL("reference.json", import.meta.url), JSON.stringify(cases, null, 1) + "\n");
