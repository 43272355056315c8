// What the program wrote into the page: data attributes that say what there is. See `page.html`.
import { parse, print } from "graphql";
import { useEffect, useState } from "preact/hooks";

const root = document.getElementById("console") as HTMLElement;
const { title = "", endpoint = "", defaultQuery = "", operations, plans, graph, status } = root.dataset;
const address = (relative: string | undefined) => (relative ? new URL(relative, location.href.split("?")[0]).href : undefined);

/** Whether drawings have to make do with the width of a phone. */
export const useNarrow = (): boolean => {
  const [narrow, setNarrow] = useState(NARROW.matches);
  useEffect(() => {
    const follow = () => setNarrow(NARROW.matches);
    NARROW.addEventListener("change", follow);
    return () => NARROW.removeEventListener("change", follow);
  }, []);
  return narrow;
};
const NARROW = matchMedia("(max-width: 760px)");

/** The width of a character in pixels, in the drawings' type. */
export const CHARACTER = 7.7;
const fitting = (width: number) => Math.max(Math.floor(width / CHARACTER), 3);

/** As much of a text as fits into a width in pixels. */
export const short = (text: string, width: number) => (text.length > fitting(width) ? `${text.slice(0, fitting(width) - 1)}…` : text);

/** A name that is too long without its middle: names that begin alike differ at their ends. */
export const shortName = (name: string, width: number) => {
  const kept = fitting(width) - 1;
  return name.length > kept + 1 ? `${name.slice(0, Math.floor(kept / 2))}…${name.slice(-Math.ceil(kept / 2))}` : name;
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
