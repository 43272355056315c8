// graphql-request: single operations, several in one request, GET, errors.

import assert from "node:assert/strict";
import { ClientError, GraphQLClient } from "graphql-request";
import { VALEURS } from "./graph.mjs";

export const graphqlRequest = async ({ url }) => {
  const client = new GraphQLClient(url);
  const { serie } = await client.request(
    "query ($valeurs: [Decimal!]!) { serie(valeurs: $valeurs) { id somme moyenne note } }",
    { valeurs: VALEURS },
  );
  assert.deepEqual([serie.somme, serie.note], ["7", `note de ${serie.id}`]);
  const [first, second] = await client.batchRequests([
    { document: "query ($a: Decimal!) { addition(a: $a, b: 1) }", variables: { a: 1 } },
    { document: "mutation ($id: ID!) { annoter(serie: $id, texte: \"note\") { texte } }", variables: { id: serie.id } },
  ]);
  assert.deepEqual([first.data, second.data], [{ addition: "2" }, { annoter: { texte: "note" } }]);
  const refused = client.request("{ nothing }");
  await assert.rejects(refused, (error) => {
    assert.ok(error instanceof ClientError);
    return error.response.errors[0].extensions.code === "GRAPHQL_VALIDATION_FAILED";
  });
  const all = new GraphQLClient(url, { errorPolicy: "all" });
  const { data, errors, headers } = await all.rawRequest("{ division(a: 1, b: 0) addition(a: 1, b: 2) }");
  assert.deepEqual(data, { division: null, addition: "3" });
  assert.equal(errors[0].extensions.code, "DIVISION_BY_ZERO");
  assert.ok(headers.get("x-request-id"));
  const byGet = new GraphQLClient(url, { method: "GET", jsonSerializer: JSON });
  assert.deepEqual(await byGet.request("{ addition(a: 0.1, b: 0.2) }"), { addition: "0.3" });
  console.log("graphql-request: operations by POST and GET, batches, errors");
};
