// Starts GraphiQL on the page that the program wrote, which says by data attributes what to show:
//
//   data-title          the name of the API
//   data-endpoint       where operations go, relative to the page
//   data-default-query  what the first tab holds
//
// `?query=`, `?variables=` and `?operationName=` in the page's address fill a tab, as in a GET of the endpoint itself.
"use strict";

(() => {
  const { createElement, createRoot, GraphiQL } = AbaqueGraphiQL;
  const root = document.getElementById("playground");
  const { title, endpoint, defaultQuery } = root.dataset;
  const icon = document.querySelector('link[rel="icon"]').href;
  const address = new URL(endpoint, window.location.href);

  /** Several APIs may live under one origin: what one's page remembers is not shown by another's. */
  const storage = (() => {
    const own = (key) => `${address.pathname}:${key}`;
    let shelf;
    try {
      shelf = window.localStorage;
      shelf.getItem(own(""));
    } catch {
      // Storage is refused by the reader's settings: remember for as long as the page lives.
      const memory = new Map();
      shelf = {
        getItem: (key) => memory.get(key) ?? null,
        setItem: (key, value) => memory.set(key, value),
        removeItem: (key) => memory.delete(key),
        keys: () => [...memory.keys()],
      };
    }
    const keys = () => (shelf.keys ? shelf.keys() : Object.keys(shelf)).filter((key) => key.startsWith(own("")));
    return {
      getItem: (key) => shelf.getItem(own(key)),
      setItem: (key, value) => shelf.setItem(own(key), value),
      removeItem: (key) => shelf.removeItem(own(key)),
      clear: () => keys().forEach((key) => shelf.removeItem(key)),
      get length() {
        return keys().length;
      },
    };
  })();

  /** GraphQL over HTTP: a well-formed response is shown whatever its status; anything else becomes an error that says what came. */
  const fetcher = async (operation, { headers } = {}) => {
    const failure = (message) => ({ errors: [{ message }] });
    let response;
    let body;
    try {
      response = await fetch(address, {
        method: "POST",
        headers: {
          accept: "application/graphql-response+json, application/json;q=0.9",
          "content-type": "application/json",
          ...headers,
        },
        body: JSON.stringify(operation),
      });
      body = await response.text();
    } catch (error) {
      return failure(`${address} did not answer: ${error.message}`);
    }
    try {
      return JSON.parse(body);
    } catch {
      return failure(`${address} answered ${response.status} ${response.statusText}: ${body.slice(0, 500)}`.trim());
    }
  };

  const asked = new URLSearchParams(window.location.search);
  const fromAddress = (name) => asked.get(name) ?? undefined;

  createRoot(root).render(
    createElement(
      GraphiQL,
      {
        fetcher,
        storage,
        defaultQuery,
        query: fromAddress("query"),
        variables: fromAddress("variables"),
        operationName: fromAddress("operationName"),
        defaultEditorToolsVisibility: false,
        shouldPersistHeaders: false,
      },
      createElement(GraphiQL.Logo, null, createElement("img", { src: icon, alt: "" }), title),
    ),
  );
})();
