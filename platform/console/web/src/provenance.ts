// Which request brought which field of the answer: by the plan, in the words of the answer.
import { Kind, type SelectionNode } from "graphql";
import { parsed } from "./document";
import type { PlanFetch, PlanJson } from "./plan-layout";

/** A place in an answer, without the numbers of list items: `products.reviews`. */
export type FieldPath = string;
/** Where the value at a path stands in the text of the answer; once for each item of a list. */
export interface Span { path: FieldPath; from: number; to: number }

/** Paths that are shown of one request. */
const MAX_PATHS = 200;
/** Selections in each other that are followed. */
const MAX_DEPTH = 30;

/** The fields that a request brings. Keys that it is asked for again, to fetch others, are not among them. */
export const broughtBy = (fetch: PlanFetch): FieldPath[] => {
  const document = parsed(fetch.operation);
  const operation = document?.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (!document || !operation) return [];
  const found = new Set<FieldPath>();
  const visit = (selections: readonly SelectionNode[], before: string[], depth: number) => {
    for (const selection of selections) {
      if (depth > MAX_DEPTH || found.size >= MAX_PATHS) return;
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value;
        if (selection.name.value === "__typename") continue;
        if (selection.name.value === "_entities" && fetch.entities) {
          for (const { paths } of fetch.entities) for (const path of paths) visit(selection.selectionSet?.selections ?? [], wordsOf(path), depth + 1);
          continue;
        }
        const path = [...before, key];
        found.add(path.join("."));
        visit(selection.selectionSet?.selections ?? [], path, depth + 1);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) visit(selection.selectionSet.selections, before, depth + 1);
      else {
        const fragment = document.definitions.find((definition) => definition.kind === Kind.FRAGMENT_DEFINITION && definition.name.value === selection.name.value);
        if (fragment?.kind === Kind.FRAGMENT_DEFINITION) visit(fragment.selectionSet.selections, before, depth + 1);
      }
    }
  };
  visit(operation.selectionSet.selections, [], 0);
  return [...found];
};

/** Whether the answer has the field, at some item of each list on the way. */
export const isIn = (data: unknown, path: FieldPath): boolean => {
  const find = (value: unknown, words: string[]): boolean => {
    if (Array.isArray(value)) return value.some((item) => find(item, words));
    const [word, ...others] = words;
    if (word === undefined) return true;
    return typeof value === "object" && value !== null && word in value && find((value as Record<string, unknown>)[word], others);
  };
  return find(data, path.split("."));
};

/** The keys of a path of the plan: list items (`@`) and conditions on types (lists) are no places in the answer's words. */
const wordsOf = (path: unknown[]) => path.filter((element): element is string => typeof element === "string" && element !== "@");

/** The requests that bring a field: the one that it is asked of, or that of the nearest field around it. */
export const bringing = (plan: PlanJson, path: FieldPath): PlanFetch[] => {
  for (let words = path.split("."); words.length > 0; words = words.slice(0, -1)) {
    const found = plan.fetches.filter((fetch) => broughtBy(fetch).includes(words.join(".")));
    if (found.length > 0) return found;
  }
  return [];
};

/** Every member of `data` in a text that `JSON.stringify` wrote, outer ones first. */
export const spansOf = (json: string): Span[] => {
  const spans: Span[] = [];
  let at = 0;
  const blank = () => {
    while (/\s/.test(json[at] ?? "")) at += 1;
  };
  const text = (): string => {
    const from = at;
    for (at += 1; at < json.length && json[at] !== '"'; at += 1) if (json[at] === "\\") at += 1;
    at += 1;
    return JSON.parse(json.slice(from, at)) as string;
  };
  const value = (path: string[] | undefined) => {
    blank();
    const opening = json[at];
    if (opening === '"') text();
    else if (opening === "{" || opening === "[") {
      const closing = opening === "{" ? "}" : "]";
      at += 1;
      for (blank(); at < json.length && json[at] !== closing; blank()) {
        if (opening === "{") member(path);
        else value(path);
        blank();
        if (json[at] === ",") at += 1;
      }
      at += 1;
    } else while (at < json.length && !/[\s,\]}]/.test(json[at] as string)) at += 1;
  };
  const member = (path: string[] | undefined) => {
    const from = at;
    const key = text();
    blank();
    at += 1; // The colon.
    const below = path && [...path, key];
    const index = spans.length;
    if (below) spans.push({ path: below.join("."), from, to: from });
    value(below ?? (from === first && key === "data" ? [] : undefined));
    const span = spans[index];
    if (below && span) span.to = at;
  };
  blank();
  at += 1;
  blank();
  // `data` is written first where there is any; `errors` before it are stepped over.
  let first = at;
  while (at < json.length && json[at] !== "}") {
    first = at;
    member(undefined);
    blank();
    if (json[at] === ",") at += 1;
    blank();
  }
  return spans;
};

/** The innermost field around a place in the text. */
export const fieldAt = (spans: Span[], at: number): Span | undefined =>
  // Inner fields come after those around them.
  spans.findLast(({ from, to }) => from <= at && at <= to);
