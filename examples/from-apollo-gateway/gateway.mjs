// The gateway as it is today: @apollo/gateway composes the subgraphs when it starts, and every ten seconds.
import { ApolloGateway, IntrospectAndCompose, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';

const env = process.env;
const gateway = new ApolloGateway({
  supergraphSdl: new IntrospectAndCompose({
    subgraphs: [
      { name: 'products', url: env.PRODUCTS_URL ?? 'http://localhost:4001/graphql' },
      { name: 'reviews', url: env.REVIEWS_URL ?? 'http://localhost:4002/graphql' },
      { name: 'stock', url: env.STOCK_URL ?? 'http://localhost:4003/graphql' },
    ],
    pollIntervalInMs: 10_000,
  }),
  buildService: ({ url }) =>
    new RemoteGraphQLDataSource({
      url,
      willSendRequest({ request, context }) {
        if (context.authorization) request.http.headers.set('authorization', context.authorization);
      },
    }),
});

const server = new ApolloServer({ gateway, introspection: true, includeStacktraceInErrorResponses: false });
const { url } = await startStandaloneServer(server, {
  listen: { host: '127.0.0.1', port: Number(env.PORT ?? 4000) },
  context: async ({ req }) => ({ authorization: req.headers.authorization }),
});
console.log(`gateway: ${url}`);
