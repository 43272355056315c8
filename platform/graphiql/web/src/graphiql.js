// The part of the page that others wrote, as one file: React and GraphiQL, under one global name (`build.mjs` gives it).
import "graphiql/style.css";

export { createElement } from "react";
export { createRoot } from "react-dom/client";
export { GraphiQL } from "graphiql";
