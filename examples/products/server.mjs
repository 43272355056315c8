// The subgraph of products: what there is, and what it costs.
import { createServer } from 'node:http';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { createYoga } from 'graphql-yoga';

const products = [
  { id: '1', name: 'Abacus', price: 2500 },
  { id: '2', name: 'Slide rule', price: 4200 },
  { id: '3', name: 'Compass', price: 900 },
];
const find = (id) => products.find((product) => product.id === id);

const typeDefs = parse(/* GraphQL */ `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])

  type Query {
    products(first: Int = 10): [Product!]!
    product(id: ID!): Product
  }

  type Subscription {
    "Three new prices, one after the other."
    priceChanged(id: ID!): Product
  }

  type Product @key(fields: "id") {
    id: ID!
    name: String!
    "In cents."
    price: Int!
  }
`);

const resolvers = {
  Query: {
    products: (_, { first }) => products.slice(0, Math.max(first, 0)),
    product: (_, { id }) => find(id),
  },
  Subscription: {
    priceChanged: {
      async *subscribe(_, { id }) {
        const product = find(id);
        for (const change of product ? [-100, 50, 150] : []) {
          yield { priceChanged: { ...product, price: product.price + change } };
        }
      },
    },
  },
  Product: { __resolveReference: ({ id }) => find(id) },
};

const yoga = createYoga({ schema: buildSubgraphSchema([{ typeDefs, resolvers }]), logging: 'warn' });
const server = createServer(yoga);
server.listen(Number(process.env.PORT ?? 4001), '127.0.0.1', () => {
  console.log(`products: http://localhost:${server.address().port}/graphql`);
});
process.once('SIGTERM', () => process.exit(0));
