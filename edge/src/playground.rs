//! GraphiQL with every asset embedded: the page works without a network.
