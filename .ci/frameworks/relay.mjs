// Relay's runtime over a network layer as its documentation has it: fetch for queries and mutations, meros for the parts of `@defer`, graphql-ws for
// subscriptions. The artifacts are what its compiler makes of the operations.

import assert from "node:assert/strict";
import { createClient } from "graphql-ws";
import { meros } from "meros/browser";
import relay from "relay-runtime";
import { WebSocket } from "ws";
import { VALEURS } from "./graph.mjs";

const { commitMutation, createOperationDescriptor, Environment, fetchQuery, Network, Observable, RecordSource, requestSubscription, Store } = relay;

const scalar = (name) => ({ kind: "ScalarField", name, storageKey: null, alias: null, args: null });
const variable = (name) => ({ kind: "Variable", name, variableName: name });
const linked = (name, concreteType, args, selections) => ({
  kind: "LinkedField",
  name,
  concreteType,
  args,
  selections,
  plural: false,
  storageKey: null,
  alias: null,
});
const artifact = (operationKind, name, text, variables, reading, normalizing = reading) => {
  const argumentDefinitions = variables.map((name) => ({ kind: "LocalArgument", name, defaultValue: null }));
  const type = operationKind[0].toUpperCase() + operationKind.slice(1);
  return {
    kind: "Request",
    fragment: { kind: "Fragment", name, type, metadata: null, abstractKey: null, argumentDefinitions, selections: reading },
    operation: { kind: "Operation", name, argumentDefinitions, selections: normalizing },
    params: { id: null, cacheID: name, metadata: {}, name, operationKind, text },
  };
};

const OF_VALUES = [variable("valeurs")];
const THREE = artifact(
  "query",
  "Three",
  "query Three($valeurs: [Decimal!]!) { serie(valeurs: $valeurs) { id somme moyenne note } }",
  ["valeurs"],
  [linked("serie", "Serie", OF_VALUES, ["id", "somme", "moyenne", "note"].map(scalar))],
);
const LATER = "Deferred$defer$later";
const DEFERRED = artifact(
  "query",
  "Deferred",
  `query Deferred($valeurs: [Decimal!]!) { serie(valeurs: $valeurs) { id somme ... on Serie @defer(label: "${LATER}") { note } } }`,
  ["valeurs"],
  [linked("serie", "Serie", OF_VALUES, ["id", "somme", "note"].map(scalar))],
  [
    linked("serie", "Serie", OF_VALUES, [
      ...["id", "somme"].map(scalar),
      { kind: "Defer", if: null, label: LATER, selections: [scalar("note")] },
    ]),
  ],
);
const ANNOTER = artifact(
  "mutation",
  "Annoter",
  'mutation Annoter($serie: ID!) { annoter(serie: $serie, texte: "relu") { id texte } }',
  ["serie"],
  [linked("annoter", "Note", [variable("serie")], ["id", "texte"].map(scalar))],
);
const EVENTS = artifact(
  "subscription",
  "Events",
  "subscription Events($valeurs: [Decimal!]!) { statistiquesCourantes(valeurs: $valeurs, intervalle: 1) { id effectif somme note } }",
  ["valeurs"],
  [linked("statistiquesCourantes", "Serie", OF_VALUES, ["id", "effectif", "somme", "note"].map(scalar))],
);

/** What Relay takes: each part by itself, with its label. */
const payloads = ({ incremental, hasNext, ...first }) => {
  const all = incremental ?? ("data" in first ? [first] : []);
  return all.map((payload, index) => ({
    ...payload,
    extensions: { ...payload.extensions, is_final: !hasNext && index === all.length - 1 },
  }));
};

const fetching = (url) => (params, variables) =>
  Observable.create((sink) => {
    const send = async () => {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "multipart/mixed;deferSpec=20220824, application/json" },
        body: JSON.stringify({ query: params.text, variables, operationName: params.name }),
      });
      const parts = await meros(response);
      if (parts instanceof Response) sink.next(await parts.json());
      else for await (const part of parts) for (const payload of payloads(part.body)) sink.next(payload);
      sink.complete();
    };
    send().catch((error) => sink.error(error));
  });

const environmentOf = (graph, sockets) => {
  const subscribing = ({ text: query, name: operationName }, variables) =>
    Observable.create((sink) => sockets.subscribe({ query, operationName, variables }, sink));
  return new Environment({ network: Network.create(fetching(graph.url), subscribing), store: new Store(new RecordSource()) });
};

const deferral = async (environment, { held }) => {
  const release = held();
  const operation = createOperationDescriptor(DEFERRED, { valeurs: VALEURS });
  const states = [];
  await new Promise((resolve, reject) => {
    environment.execute({ operation }).subscribe({
      next: () => {
        const { data, isMissingData } = environment.lookup(operation.fragment);
        states.push([isMissingData, data.serie.somme, data.serie.note]);
        release();
      },
      error: reject,
      complete: resolve,
    });
  });
  const { id } = environment.lookup(operation.fragment).data.serie;
  assert.deepEqual(states[0], [true, "7", undefined]);
  assert.deepEqual(states.at(-1), [false, "7", `note de ${id}`]);
};

export const relayRuntime = async (graph) => {
  const sockets = createClient({ url: graph.socketUrl, webSocketImpl: WebSocket, retryAttempts: 0 });
  await deferral(environmentOf(graph, sockets), graph);

  const environment = environmentOf(graph, sockets);
  const { serie } = await fetchQuery(environment, THREE, { valeurs: VALEURS }).toPromise();
  assert.deepEqual([serie.somme, serie.note], ["7", `note de ${serie.id}`]);
  const noted = await new Promise((onCompleted, onError) => {
    commitMutation(environment, { mutation: ANNOTER, variables: { serie: serie.id }, onCompleted, onError });
  });
  assert.deepEqual(noted, { annoter: { id: `note-${serie.id}`, texte: "relu" } });

  const events = [];
  await new Promise((onCompleted, onError) => {
    requestSubscription(environment, {
      subscription: EVENTS,
      variables: { valeurs: VALEURS },
      onNext: ({ statistiquesCourantes: { id, effectif, somme, note } }) => events.push([effectif, somme, note === `note de ${id}`]),
      onError,
      onCompleted,
    });
  });
  assert.deepEqual(events, [
    [1, "1", true],
    [2, "3", true],
    [3, "7", true],
  ]);
  await sockets.dispose();
  console.log("Relay: queries, mutations, @defer by meros, subscriptions by graphql-ws");
};
