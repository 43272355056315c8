// What the program wrote into the page: data attributes that say what there is. See `page.html`.
import { parse, print } from "graphql";

const root = document.getElementById("console") as HTMLElement;
const { title = "", endpoint = "", defaultQuery = "", operations, plans, graph, status } = root.dataset;
const address = (relative: string | undefined) => (relative ? new URL(relative, location.href.split("?")[0]).href : undefined);

/** Whether drawings have to make do with the width of a phone. */
export const narrow = matchMedia("(max-width: 760px)").matches;

/** As much of a text as fits into a width in pixels, in the drawings' type. */
export const short = (text: string, width: number) => {
  const length = Math.max(Math.floor(width / 7.7), 3);
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
};

/** A text on one line is laid out, so that it is read as what people write. */
const laidOut = (query: string) => {
  if (query.trim().includes("\n") || query.includes("#")) return query;
  try {
    return `${print(parse(query))}\n`;
  } catch {
    return query;
  }
};

export const page = {
  root,
  title,
  /** Where operations go. */
  endpoint: new URL(endpoint || location.pathname, location.href.split("?")[0]),
  defaultQuery: laidOut(defaultQuery),
  /** Whether operations are answered. */
  operations: operations === "on",
  /** Whether plans and traces are shown. */
  plans: plans === "on",
  /** The address of the supergraph, and of the state of the composition. */
  graph: address(graph && `${graph}/supergraph`),
  api: address(graph && `${graph}/api`),
  status: address(status),
};
