// Sends operations to two endpoints and compares what they answer: node compare.mjs OLD NEW [DOCUMENT]
import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import { Kind, parse, print } from 'graphql';

const [before, after, file = new URL('operations.graphql', import.meta.url)] = process.argv.slice(2);
if (!after) throw new Error('usage: node compare.mjs OLD NEW [DOCUMENT]');

const ask = async (url, query) => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  return response.json();
};

let differences = 0;
const { definitions } = parse(await readFile(file, 'utf8'));
for (const operation of definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION)) {
  const query = print(operation);
  const [old, new_] = await Promise.all([ask(before, query), ask(after, query)]);
  const same = isDeepStrictEqual(old.data, new_.data) && Boolean(old.errors) === Boolean(new_.errors);
  console.log(`${same ? 'same' : 'DIFFERENT'}  ${operation.name?.value ?? '(no name)'}`);
  if (!same) {
    differences += 1;
    console.log(JSON.stringify(old), '\n', JSON.stringify(new_));
  }
}
process.exitCode = differences > 0 ? 1 : 0;
