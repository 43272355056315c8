//! Executes a query plan against its subgraphs and completes the response.
