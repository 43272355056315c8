// A subgraph that reads files with `graphql-upload`, a router over it, and routers over whatever else.

import { createHash } from "node:crypto";
import { spawn } from "node:child_process";
import { mkdirSync, openSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { buildSchema, graphql } from "graphql";
import GraphQLUpload from "graphql-upload/GraphQLUpload.mjs";
import processRequest from "graphql-upload/processRequest.mjs";

const SDL = `
  scalar Upload
  type Query { hello: String }
  type Mutation { store(file: Upload!): File! all(files: [Upload!]!): [File!]! both(one: Upload!, more: [Upload!]!): [File!]! }
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
  both: ({ one, more }) => Promise.all([one, ...more].map(store)),
};

/** What the subgraph says of a file. */
export const stored = (name, type, bytes) => ({ name, type, size: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") });

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

/** Starts a router with the configuration that is made of its ports, and with whatever that writes, in a folder; `stop` ends it. */
export const servedBy = async (router, folder, configuration) => {
  const [port, admin] = [await freePort(), await freePort()];
  mkdirSync(folder, { recursive: true });
  const config = join(folder, "router.yaml");
  writeFileSync(config, configuration(port, admin));
  const log = openSync(join(folder, "router.log"), "w");
  const running = spawn(router, ["serve", "--config", config], { stdio: ["ignore", log, log] });
  const stop = () => running.kill("SIGTERM");
  const ready = async () => (await fetch(`http://127.0.0.1:${admin}/health/ready`).catch(() => ({ ok: false }))).ok;
  for (let left = 600; !(await ready()); left--) {
    if (left === 0 || running.exitCode !== null) {
      stop();
      throw new Error(`the router does not come up: see ${folder}/router.log`);
    }
    await pause(50);
  }
  return { address: `http://127.0.0.1:${port}/graphql`, admin: `http://127.0.0.1:${admin}/`, stop };
};

/** Starts both, with the configuration in a folder; `stop` ends them. */
export const startFiles = async (router, folder) => {
  const subgraphPort = await listening(subgraph);
  const stopSubgraph = () => {
    subgraph.close();
    subgraph.closeAllConnections();
  };
  try {
    const { stop, ...addresses } = await servedBy(router, folder, (port, admin) => {
      writeFileSync(join(folder, "files.graphql"), SDL);
      return `listen: 127.0.0.1:${port}
admin: 127.0.0.1:${admin}
uploads: { max_files: 3, max_file_size: 32 MiB, max_size: 64 MiB }
limits: { memory: 1 MiB }
record: {}
subgraphs:
  files: { url: "http://127.0.0.1:${subgraphPort}/", sdl: files.graphql }
`;
    });
    return { ...addresses, stop: () => (stop(), stopSubgraph()) };
  } catch (error) {
    stopSubgraph();
    throw error;
  }
};
