// What the program wrote into the page: data attributes that say what there is. See `page.html`.

const root = document.getElementById("console") as HTMLElement;
const { title = "", endpoint = "", defaultQuery = "", operations, plans, graph, status } = root.dataset;
const address = (relative: string | undefined) => (relative ? new URL(relative, location.href.split("?")[0]).href : undefined);

export const page = {
  root,
  title,
  /** Where operations go. */
  endpoint: new URL(endpoint || location.pathname, location.href.split("?")[0]),
  defaultQuery,
  /** Whether operations are answered. */
  operations: operations === "on",
  /** Whether plans and traces are shown. */
  plans: plans === "on",
  /** The address of the supergraph, and of the state of the composition. */
  graph: address(graph && `${graph}/supergraph`),
  api: address(graph && `${graph}/api`),
  status: address(status),
};
