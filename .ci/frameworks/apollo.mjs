// Apollo Client 4: queries and mutations, both formats of `@defer`, subscriptions as multipart responses and over a WebSocket, automatic persisted queries, batches.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { ApolloClient, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from "@apollo/client";
import { Defer20220824Handler, GraphQL17Alpha9Handler } from "@apollo/client/incremental";
import { BatchHttpLink } from "@apollo/client/link/batch-http";
import { PersistedQueryLink } from "@apollo/client/link/persisted-queries";
import { GraphQLWsLink } from "@apollo/client/link/subscriptions";
import { createClient } from "graphql-ws";
import { WebSocket } from "ws";
import { VALEURS, watched } from "./graph.mjs";

const clientOf = (link, more = {}) => new ApolloClient({ link, cache: new InMemoryCache(), ...more });

const THREE = gql`query ($valeurs: [Decimal!]!) { serie(valeurs: $valeurs) { id somme moyenne note } }`;
const DEFERRED = gql`query ($valeurs: [Decimal!]!) { serie(valeurs: $valeurs) { id somme ... on Serie @defer(label: "later") { note } } }`;
const EVENTS = gql`subscription ($valeurs: [Decimal!]!) { statistiquesCourantes(valeurs: $valeurs, intervalle: 1) { id effectif somme note } }`;

const operations = async ({ url }) => {
  const client = clientOf(new HttpLink({ uri: url }));
  const { data } = await client.query({ query: THREE, variables: { valeurs: VALEURS } });
  const { id } = data.serie;
  assert.deepEqual(data.serie, { __typename: "Serie", id, somme: "7", moyenne: data.serie.moyenne, note: `note de ${id}` });
  assert.match(data.serie.moyenne, /^2\.3{10}/);
  const ANNOTER = gql`mutation ($id: ID!) { annoter(serie: $id, texte: "vu") { id texte } }`;
  const noted = await client.mutate({ mutation: ANNOTER, variables: { id } });
  assert.deepEqual(noted.data.annoter, { __typename: "Note", id: `note-${id}`, texte: "vu" });
  await assert.rejects(
    client.query({ query: gql`{ nothing }` }),
    (error) => CombinedGraphQLErrors.is(error) && error.errors[0].extensions.code === "GRAPHQL_VALIDATION_FAILED",
  );
  // Half of it fails: the rest is there, with the error.
  const partial = await client.query({ query: gql`{ division(a: 1, b: 0) addition(a: 1, b: 2) }`, errorPolicy: "all" });
  assert.deepEqual(partial.data, { division: null, addition: "3" });
  assert.equal(partial.error.errors[0].extensions.code, "DIVISION_BY_ZERO");
  client.stop();
};

/** Everything that a query shows, until it is complete. `next` is called after the first result with data. */
const shown = (client, options, next) =>
  new Promise((resolve, reject) => {
    const results = [];
    const subscription = client.watchQuery(options).subscribe({
      next: (result) => {
        if (!result.data) return;
        results.push(result);
        if (results.length === 1) next();
        if (result.networkStatus !== 7 || result.dataState === "streaming") return;
        subscription.unsubscribe();
        resolve(results);
      },
      error: reject,
    });
  });

const deferral = async ({ url, held }, incrementalHandler, accepted) => {
  const { requests, fetch } = watched();
  const client = clientOf(new HttpLink({ uri: url, fetch }), { incrementalHandler });
  const release = held();
  const results = await shown(client, { query: DEFERRED, variables: { valeurs: VALEURS } }, release);
  assert.ok(requests[0].accept.includes(accepted), requests[0].accept);
  const { id } = results[0].data.serie;
  assert.deepEqual(results[0].data.serie, { __typename: "Serie", id, somme: "7" });
  assert.equal(results[0].dataState, "streaming");
  const last = results.at(-1);
  assert.deepEqual(last.data.serie, { __typename: "Serie", id, somme: "7", note: `note de ${id}` });
  assert.equal(last.dataState, "complete");
  client.stop();
};

const events = (client) =>
  new Promise((resolve, reject) => {
    const results = [];
    client.subscribe({ query: EVENTS, variables: { valeurs: VALEURS } }).subscribe({
      next: ({ data, error }) => (error ? reject(error) : results.push(data.statistiquesCourantes)),
      error: reject,
      complete: () => resolve(results),
    });
  });

const checkEvents = (results) => {
  assert.deepEqual(
    results.map(({ effectif, somme }) => [effectif, somme]),
    [
      [1, "1"],
      [2, "3"],
      [3, "7"],
    ],
  );
  for (const { id, note } of results) assert.equal(note, `note de ${id}`);
};

const subscriptions = async ({ url, socketUrl }) => {
  const { requests, fetch } = watched();
  const client = clientOf(new HttpLink({ uri: url, fetch }));
  checkEvents(await events(client));
  assert.match(requests[0].accept, /multipart\/mixed;.*subscriptionSpec=1\.0/);
  // An operation that is refused is an error, and the end.
  const refused = new Promise((resolve) => {
    client.subscribe({ query: gql`subscription { nothing }` }).subscribe({ next: ({ error }) => resolve(error), error: resolve });
  });
  assert.equal((await refused).errors[0].extensions.code, "GRAPHQL_VALIDATION_FAILED");
  client.stop();

  const sockets = createClient({ url: socketUrl, webSocketImpl: WebSocket, retryAttempts: 0 });
  const overSockets = clientOf(new GraphQLWsLink(sockets));
  checkEvents(await events(overSockets));
  const { data } = await overSockets.query({ query: THREE, variables: { valeurs: VALEURS } });
  assert.equal(data.serie.somme, "7");
  overSockets.stop();
  await sockets.dispose();
};

const sha256 = (text) => createHash("sha256").update(text).digest("hex");

const persisted = async ({ url }) => {
  const query = gql`query Apq${String(process.pid)} { addition(a: 0.1, b: 0.2) }`;
  const ask = async (useGETForHashedQueries) => {
    const { requests, fetch } = watched();
    const link = new PersistedQueryLink({ sha256, useGETForHashedQueries }).concat(new HttpLink({ uri: url, fetch }));
    const client = clientOf(link);
    const { data } = await client.query({ query });
    assert.equal(data.addition, "0.3");
    client.stop();
    return requests.map(({ method, url, body }) => [method, `${url}${body ?? ""}`.includes("addition")]);
  };
  // Not known yet: asked again with the text.
  assert.deepEqual(await ask(false), [
    ["POST", false],
    ["POST", true],
  ]);
  assert.deepEqual(await ask(false), [["POST", false]]);
  assert.deepEqual(await ask(true), [["GET", false]]);
};

const batches = async ({ url }) => {
  const { requests, fetch } = watched();
  const client = clientOf(new BatchHttpLink({ uri: url, fetch, batchMax: 5, batchInterval: 1 }));
  const sum = (a) => client.query({ query: gql`query ($a: Decimal!) { addition(a: $a, b: 1) }`, variables: { a } });
  const answers = await Promise.all([1, 2, 3].map(sum));
  assert.deepEqual(
    answers.map(({ data }) => data.addition),
    ["2", "3", "4"],
  );
  assert.equal(requests.length, 1);
  client.stop();
};

export const apollo = async (graph) => {
  await operations(graph);
  await deferral(graph, new Defer20220824Handler(), "deferSpec=20220824");
  await deferral(graph, new GraphQL17Alpha9Handler(), "incrementalSpec=v0.2");
  await subscriptions(graph);
  await persisted(graph);
  await batches(graph);
  console.log("Apollo Client: operations, both formats of @defer, subscriptions by multipart and WebSocket, persisted queries by POST and GET, batches");
};
