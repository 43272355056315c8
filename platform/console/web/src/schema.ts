// The schema that the endpoint describes.
import { buildClientSchema, getIntrospectionQuery, type GraphQLSchema, type IntrospectionQuery } from "graphql";
import { page } from "./page";

const asked = async (query: string) => {
  const response = await fetch(page.endpoint, {
    method: "POST",
    headers: { accept: "application/graphql-response+json, application/json;q=0.9", "content-type": "application/json" },
    body: JSON.stringify({ query, operationName: "IntrospectionQuery" }),
  });
  return (await response.json()) as { data?: IntrospectionQuery; errors?: { message: string }[] };
};

export const readSchema = async (): Promise<GraphQLSchema> => {
  const { data, errors } = await asked(getIntrospectionQuery({ descriptions: true, inputValueDeprecation: true }));
  if (!data) throw new Error(errors?.[0]?.message ?? "no data");
  return buildClientSchema(data);
};
