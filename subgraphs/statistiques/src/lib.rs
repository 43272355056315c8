//! Descriptive statistics with exact decimals as a GraphQL subgraph and a REST API.
