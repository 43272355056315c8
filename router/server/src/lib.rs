//! The Abaque router: composes live subgraphs, plans, executes and serves.
