// Asks the router by public clients, each by its own transport:
//
//   node .ci/clients.mjs URL
//
// graphql-ws over one WebSocket (queries, subscriptions side by side, errors, headers in its payload, the codes that it is closed with) and graphql-sse in
// distinct connections mode. URL is the endpoint of the development stack.

import assert from "node:assert/strict";
import { createClient as createSseClient } from "graphql-sse";
import { CloseCode, createClient } from "graphql-ws";
import { WebSocket } from "ws";

const [url] = process.argv.slice(2);
assert(url, "name the endpoint");
const socketUrl = url.replace(/^http/, "ws");

const SUBSCRIPTION =
  "subscription ($valeurs: [Decimal!]!) { statistiquesCourantes(valeurs: $valeurs, intervalle: 1) { effectif somme } }";
const QUERY = "{ addition(a: 0.1, b: 0.2) }";

/** Every result of an operation, until it completes. */
const all = async (client, payload) => {
  const results = [];
  await new Promise((resolve, reject) =>
    client.subscribe(payload, { next: (result) => results.push(result), error: reject, complete: resolve }),
  );
  return results;
};

const sums = (results) => results.map(({ data }) => data.statistiquesCourantes.somme);

const checkClient = async (client) => {
  const [added] = await all(client, { query: QUERY });
  assert.equal(added.data.addition, "0.3");
  const [first, second] = await Promise.all([
    all(client, { query: SUBSCRIPTION, variables: { valeurs: [1, 2, 3] } }),
    all(client, { query: SUBSCRIPTION, variables: { valeurs: [10, 20] } }),
  ]);
  assert.deepEqual(sums(first), ["1", "3", "6"]);
  assert.deepEqual(sums(second), ["10", "30"]);
};

/** The code with which a socket is closed on which these messages are said. */
const closedAfter = (messages, protocols = "graphql-transport-ws") =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(socketUrl, protocols);
    socket.on("open", () => messages.forEach((message) => socket.send(JSON.stringify(message))));
    socket.on("close", resolve);
    socket.on("error", reject);
  });

{
  const client = createClient({
    url: socketUrl,
    webSocketImpl: WebSocket,
    lazy: false,
    onNonLazyError: (error) => assert.fail(String(error)),
    connectionParams: { authorization: "Bearer of a client" },
    retryAttempts: 0,
  });
  await checkClient(client);
  await assert.rejects(all(client, { query: "{ nothing }" }), ([error]) => error.extensions.code === "GRAPHQL_VALIDATION_FAILED");
  // Given up after the first event.
  const results = client.iterate({ query: SUBSCRIPTION, variables: { valeurs: [1, 2, 3] } });
  for await (const result of results) {
    assert.equal(result.data.statistiquesCourantes.effectif, 1);
    break;
  }
  await client.dispose();
}
console.log("graphql-ws: queries, subscriptions side by side, errors, giving up");

const init = { type: "connection_init" };
const subscribe = { id: "1", type: "subscribe", payload: { query: SUBSCRIPTION, variables: { valeurs: [1, 2, 3] } } };
const breaches = [
  [CloseCode.BadRequest, [{ type: "unknown" }]],
  [CloseCode.Unauthorized, [subscribe]],
  [CloseCode.ConnectionInitialisationTimeout, []],
  [CloseCode.SubscriberAlreadyExists, [init, subscribe, subscribe]],
  [CloseCode.TooManyInitialisationRequests, [init, init]],
];
for (const [code, messages] of breaches) assert.equal(await closedAfter(messages), code);
assert.equal(await closedAfter([init], []), CloseCode.SubprotocolNotAcceptable);
console.log("graphql-ws: its codes");

{
  const client = createSseClient({ url, retryAttempts: 0 });
  await checkClient(client);
  // By an event, since a page that opens a stream sees nothing of an answer that is none.
  const [refused] = await all(client, { query: "{ nothing }" });
  assert.equal(refused.errors[0].extensions.code, "GRAPHQL_VALIDATION_FAILED");
  client.dispose();
}
{
  const client = createSseClient({ url, singleConnection: true, retryAttempts: 0 });
  await assert.rejects(all(client, { query: QUERY }), ({ response }) => response.status === 405);
  client.dispose();
}
console.log("graphql-sse: queries, subscriptions side by side, errors; no single connection");
