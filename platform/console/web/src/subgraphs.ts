// A colour for each subgraph, the same in every view: by its place among the names, of which the page learns all from the supergraph or one by one.
const known: string[] = [];
const COLOURS = 8;

/** A class of the style sheet. */
export const colourOf = (subgraph: string): string => {
  if (!known.includes(subgraph)) known.push(subgraph);
  return `subgraph-${known.indexOf(subgraph) % COLOURS}`;
};
