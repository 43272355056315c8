//! Composes subgraph schemas into one supergraph, or says why they do not compose.
