// Sends files through the router by Apollo Client's upload link, to a subgraph that reads them with `graphql-upload`:
//
//   node .ci/uploads.mjs ROUTER FOLDER
//
// ROUTER is the binary; its configuration is written to FOLDER.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { ApolloClient, gql, InMemoryCache } from "@apollo/client";
import UploadHttpLink from "apollo-upload-client/UploadHttpLink.mjs";
import { buildSchema, graphql } from "graphql";
import GraphQLUpload from "graphql-upload/GraphQLUpload.mjs";
import processRequest from "graphql-upload/processRequest.mjs";

const [router, folder] = process.argv.slice(2);
assert(router && folder, "name the router and a folder");

const SDL = `
  scalar Upload
  type Query { hello: String }
  type Mutation { store(file: Upload!): File! all(files: [Upload!]!): [File!]! }
  type File { name: String! type: String! size: Int! sha256: String! }
`;
const schema = buildSchema(SDL);
Object.assign(schema.getType("Upload"), { parseValue: GraphQLUpload.parseValue });

const store = async (upload) => {
  const { filename: name, mimetype: type, createReadStream } = await upload;
  const hash = createHash("sha256");
  let size = 0;
  for await (const chunk of createReadStream()) {
    size += chunk.length;
    hash.update(chunk);
  }
  return { name, type, size, sha256: hash.digest("hex") };
};
const rootValue = {
  hello: "hi",
  store: ({ file }) => store(file),
  all: ({ files }) => Promise.all(files.map(store)),
};

const listening = async (server) => {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return server.address().port;
};
const freePort = async () => {
  const server = createServer();
  const port = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
};

const subgraph = createServer(async (request, response) => {
  try {
    let body;
    if (request.headers["content-type"].startsWith("multipart/form-data")) {
      body = await processRequest(request, response, { maxFiles: 10 });
    } else {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      body = JSON.parse(Buffer.concat(chunks));
    }
    const result = await graphql({ schema, rootValue, source: body.query, variableValues: body.variables });
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(result));
  } catch (error) {
    response.statusCode = 400;
    response.end(String(error));
  }
});
const subgraphPort = await listening(subgraph);
const [port, admin] = [await freePort(), await freePort()];

mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, "files.graphql"), SDL);
const config = join(folder, "router.yaml");
writeFileSync(
  config,
  `listen: 127.0.0.1:${port}
admin: 127.0.0.1:${admin}
uploads: { max_files: 3, max_file_size: 32 MiB, max_size: 64 MiB }
limits: { memory: 1 MiB }
subgraphs:
  files: { url: "http://127.0.0.1:${subgraphPort}/", sdl: files.graphql }
`,
);
const running = spawn(router, ["serve", "--config", config], { stdio: ["ignore", "inherit", "inherit"] });
try {
  const ready = async () => (await fetch(`http://127.0.0.1:${admin}/health/ready`).catch(() => ({ ok: false }))).ok;
  for (let left = 600; !(await ready()); left--) {
    assert(left > 0 && running.exitCode === null, "the router does not come up");
    await pause(50);
  }
  const client = new ApolloClient({
    link: new UploadHttpLink({ uri: `http://127.0.0.1:${port}/graphql`, headers: { "apollo-require-preflight": "true" } }),
    cache: new InMemoryCache(),
  });
  const file = (name, bytes) => new File([bytes], name, { type: "application/x-test" });
  const expected = (name, bytes) => ({
    __typename: "File",
    name,
    type: "application/x-test",
    size: bytes.length,
    sha256: createHash("sha256").update(bytes).digest("hex"),
  });
  const fields = "name type size sha256";

  // More than the router may hold for all requests.
  const large = Buffer.alloc(20 * 1024 * 1024, "0123456789abcdef\r\n--");
  const stored = await client.mutate({
    mutation: gql`mutation ($file: Upload!) { store(file: $file) { ${fields} } }`,
    variables: { file: file("large.bin", large) },
  });
  assert.deepEqual(stored.data.store, expected("large.bin", large));

  const small = ["é.txt", "b.txt"].map((name) => [name, Buffer.from(name)]);
  const all = await client.mutate({
    mutation: gql`mutation ($files: [Upload!]!) { all(files: $files) { ${fields} } }`,
    variables: { files: small.map(([name, bytes]) => file(name, bytes)) },
  });
  assert.deepEqual(all.data.all, small.map(([name, bytes]) => expected(name, bytes)));

  const several = [1, 2, 3, 4].map((number) => file(`${number}`, Buffer.from("x")));
  await assert.rejects(
    client.mutate({ mutation: gql`mutation ($files: [Upload!]!) { all(files: $files) { name } }`, variables: { files: several } }),
    /413|more than 3 files/,
  );
  console.log("apollo-upload-client: one large file, several files, too many of them");
} finally {
  running.kill("SIGTERM");
  subgraph.close();
  subgraph.closeAllConnections();
}
