// Sends files through the router by Apollo Client's upload link, to a subgraph that reads them with `graphql-upload`:
//
//   node .ci/uploads.mjs ROUTER FOLDER
//
// ROUTER is the binary; its configuration and its log are written to FOLDER.

import assert from "node:assert/strict";
import { ApolloClient, gql, InMemoryCache } from "@apollo/client";
import UploadHttpLink from "apollo-upload-client/UploadHttpLink.mjs";
import { startFiles, stored as describe } from "./files.mjs";

const [router, folder] = process.argv.slice(2);
assert(router && folder, "name the router and a folder");

const { address, stop } = await startFiles(router, folder);
try {
  const client = new ApolloClient({
    link: new UploadHttpLink({ uri: address, headers: { "apollo-require-preflight": "true" } }),
    cache: new InMemoryCache(),
  });
  const file = (name, bytes) => new File([bytes], name, { type: "application/x-test" });
  const expected = (name, bytes) => ({ __typename: "File", ...describe(name, "application/x-test", bytes) });
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
  stop();
}
