// urql: operations, `@defer` as it asks for it and as it can be configured to, subscriptions by its own fetch, by graphql-ws and by graphql-sse.

import assert from "node:assert/strict";
import { Client, fetchExchange, subscriptionExchange } from "@urql/core";
import { createClient as createSseClient } from "graphql-sse";
import { createClient as createWsClient } from "graphql-ws";
import { onEnd, pipe, subscribe, takeWhile } from "wonka";
import { WebSocket } from "ws";
import { VALEURS } from "./graph.mjs";

const THREE = "query ($valeurs: [Decimal!]!) { serie(valeurs: $valeurs) { id somme moyenne note } }";
const DEFERRED = "query ($valeurs: [Decimal!]!) { serie(valeurs: $valeurs) { id somme ... @defer { note } } }";
const EVENTS =
  "subscription ($valeurs: [Decimal!]!) { statistiquesCourantes(valeurs: $valeurs, intervalle: 1) { id effectif somme note } }";

/** Every result of a source, until it ends or `isLast` holds of one. */
const all = (source, isLast, next = () => {}) =>
  new Promise((resolve) => {
    const results = [];
    pipe(
      source,
      takeWhile((result) => !isLast(result), true),
      onEnd(() => resolve(results)),
      subscribe((result) => {
        results.push(result);
        next(result);
      }),
    );
  });

const operations = async ({ url }) => {
  const client = new Client({ url, exchanges: [fetchExchange], preferGetMethod: false });
  const { data } = await client.query(THREE, { valeurs: VALEURS }).toPromise();
  assert.equal(data.serie.somme, "7");
  assert.equal(data.serie.note, `note de ${data.serie.id}`);
  const { id } = data.serie;
  const noted = await client.mutation("mutation ($id: ID!) { annoter(serie: $id, texte: \"lu\") { texte } }", { id }).toPromise();
  assert.deepEqual(noted.data, { annoter: { texte: "lu" } });
  const refused = await client.query("{ nothing }", {}).toPromise();
  assert.equal(refused.error.graphQLErrors[0].extensions.code, "GRAPHQL_VALIDATION_FAILED");
  const partial = await client.query("{ division(a: 1, b: 0) addition(a: 1, b: 2) }", {}).toPromise();
  assert.deepEqual(partial.data, { division: null, addition: "3" });
  assert.equal(partial.error.graphQLErrors[0].extensions.code, "DIVISION_BY_ZERO");
  const byGet = new Client({ url, exchanges: [fetchExchange], preferGetMethod: "force" });
  const { data: added } = await byGet.query("{ addition(a: 0.1, b: 0.2) }", {}).toPromise();
  assert.deepEqual(added, { addition: "0.3" });
};

const deferral = async ({ url, held }, accept, states) => {
  const client = new Client({
    url,
    exchanges: [fetchExchange],
    preferGetMethod: false,
    ...(accept && { fetchOptions: { headers: { accept } } }),
  });
  const release = held();
  // Without parts there is nothing to wait for.
  if (!accept) release();
  const source = client.query(DEFERRED, { valeurs: VALEURS });
  const results = await all(source, (result) => !result.hasNext, release);
  assert.deepEqual(
    results.map(({ data, hasNext }) => ["note" in data.serie, hasNext]),
    states,
  );
  const { serie } = results.at(-1).data;
  assert.deepEqual(serie, { id: serie.id, somme: "7", note: `note de ${serie.id}` });
};

const events = async (client) => {
  const results = await all(client.subscription(EVENTS, { valeurs: VALEURS }), (result) => result.hasNext === false);
  const series = results.filter(({ data }) => data).map(({ data, error }) => {
    assert.equal(error, undefined);
    return data.statistiquesCourantes;
  });
  const seen = new Map(series.map(({ id, effectif, somme, note }) => [effectif, [somme, note === `note de ${id}`]]));
  assert.deepEqual([...seen], [
    [1, ["1", true]],
    [2, ["3", true]],
    [3, ["7", true]],
  ]);
};

const subscriptions = async ({ url, socketUrl }) => {
  const own = new Client({ url, exchanges: [fetchExchange], fetchSubscriptions: true, preferGetMethod: false });
  await events(own);
  const sockets = createWsClient({ url: socketUrl, webSocketImpl: WebSocket, retryAttempts: 0 });
  const streams = createSseClient({ url, retryAttempts: 0 });
  for (const client of [sockets, streams]) {
    const forwardSubscription = ({ query, variables }) => ({
      subscribe: (sink) => ({ unsubscribe: client.subscribe({ query, variables }, sink) }),
    });
    const exchanges = [fetchExchange, subscriptionExchange({ forwardSubscription, enableAllOperations: true })];
    const over = new Client({ url, exchanges, preferGetMethod: false });
    await events(over);
  }
  await sockets.dispose();
  streams.dispose();
};

export const urql = async (graph) => {
  await operations(graph);
  // It says that it takes parts, but not by which specification.
  await deferral(graph, undefined, [[true, false]]);
  const accept = (spec) => `multipart/mixed;${spec}, application/graphql-response+json, application/json`;
  for (const spec of ["deferSpec=20220824", "incrementalSpec=v0.2"]) {
    await deferral(graph, accept(spec), [
      [false, true],
      [true, false],
    ]);
  }
  await subscriptions(graph);
  console.log("urql: operations by POST and GET, @defer in both formats, subscriptions by fetch, graphql-ws and graphql-sse");
};
