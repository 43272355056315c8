//! The vocabulary of Apollo Federation: subgraphs, supergraphs, field sets, specifications, diagnostics.
