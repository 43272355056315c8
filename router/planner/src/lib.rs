//! Plans an operation over a supergraph as a graph of subgraph fetches.
