// The graph that clients are tried on: the two services, and a third subgraph whose answers a test can hold back.

import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import assert from "node:assert/strict";
import { buildSchema, graphql } from "graphql";

const TYPES = `
  type Query { notes: [Note!]! }
  type Mutation { annoter(serie: ID!, texte: String!): Note! }
  type Note @key(fields: "id") { id: ID! texte: String! }
  type Serie @key(fields: "id") { id: ID! note: String }
`;
const SDL = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])\n${TYPES}`;

const executable = () => {
  const schema = buildSchema(
    `directive @key(fields: String!) repeatable on OBJECT
    scalar _Any
    union _Entity = Note | Serie
    ${TYPES}
    extend type Query { _entities(representations: [_Any!]!): [_Entity]! }`,
  );
  const notes = new Map();
  schema.getType("_Entity").resolveType = ({ __typename }) => __typename;
  return {
    schema,
    rootValue: {
      notes: () => [...notes.values()],
      annoter: ({ serie, texte }) => {
        const note = { __typename: "Note", id: `note-${serie}`, texte };
        notes.set(note.id, note);
        return note;
      },
      _entities: ({ representations }) =>
        representations.map(({ __typename, id }) => ({ __typename, id, texte: notes.get(id)?.texte, note: `note de ${id}` })),
    },
  };
};

/** The third subgraph: `held()` has it answer for no entity until the function that it gives is called. */
const startNotes = async () => {
  const { schema, rootValue } = executable();
  let gate = Promise.resolve();
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { query, variables } = JSON.parse(Buffer.concat(chunks));
    if (query.includes("_entities")) await gate;
    const result = await graphql({ schema, rootValue, source: query, variableValues: variables });
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(result));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const held = () => {
    let release;
    gate = new Promise((resolve) => (release = resolve));
    return release;
  };
  return { port: server.address().port, held, close: () => server.close() };
};

const freePort = async () => {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
};

/** Starts the third subgraph and a router over all three; its files are written to `folder`. */
export const startGraph = async (router, folder, [calculatrice, statistiques]) => {
  const notes = await startNotes();
  const [port, admin] = [await freePort(), await freePort()];
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "notes.graphql"), SDL);
  const config = join(folder, "router.yaml");
  writeFileSync(
    config,
    `listen: 127.0.0.1:${port}
admin: 127.0.0.1:${admin}
subgraphs:
  calculatrice: { url: "${calculatrice}/graphql" }
  statistiques: { url: "${statistiques}/graphql", subscriptions: { share: false } }
  notes: { url: "http://127.0.0.1:${notes.port}/", sdl: notes.graphql }
batching: { max: 10 }
persisted_documents: { apq: true }
subscriptions: { websocket: true }
include_subgraph_errors: true
log: { level: error }
`,
  );
  const running = spawn(router, ["serve", "--config", config], { stdio: ["ignore", "inherit", "inherit"] });
  const close = () => {
    running.kill();
    notes.close();
  };
  const ready = async () => (await fetch(`http://127.0.0.1:${admin}/health/ready`).catch(() => ({ ok: false }))).ok;
  for (let left = 1200; !(await ready()); left--) {
    if (left === 0 || running.exitCode !== null) {
      close();
      assert.fail("the router does not come up");
    }
    await pause(50);
  }
  return { url: `http://127.0.0.1:${port}/graphql`, socketUrl: `ws://127.0.0.1:${port}/graphql`, held: notes.held, close };
};

/** A `fetch` that keeps what was sent. */
export const watched = () => {
  const requests = [];
  const watching = async (url, options) => {
    const headers = new Headers(options?.headers);
    requests.push({ url: String(url), method: options?.method ?? "GET", body: options?.body, accept: headers.get("accept") });
    return fetch(url, options);
  };
  return { requests, fetch: watching };
};

/** The values of the series that all ask for. */
export const VALEURS = [1, 2, 4];
