// What the page reads out of the text in the editor.
import { type DocumentNode, type FieldNode, Kind, type OperationDefinitionNode, type SelectionSetNode, type Token, TokenKind, parse } from "graphql";
import type { Mark } from "./editor";
import type { ResponseError } from "./transport";

export const parsed = (text: string): DocumentNode | undefined => {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
};

export const operations = (document: DocumentNode | undefined): OperationDefinitionNode[] =>
  (document?.definitions ?? []).filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);

/** The operation of that name; without one the first. */
export const chosen = (document: DocumentNode | undefined, name: string | undefined) => {
  const all = operations(document);
  return all.find((operation) => operation.name?.value === name) ?? all[0];
};

/** The name that a request says: of the operation that was chosen, as long as the document has it. */
export const nameIn = (document: DocumentNode | undefined, wanted: string | undefined): string | undefined => chosen(document, wanted)?.name?.value;

export const hasComments = (document: DocumentNode): boolean => {
  for (let token: Token | null | undefined = document.loc?.startToken; token; token = token.next) if (token.kind === TokenKind.COMMENT) return true;
  return false;
};

/** The place of an error in the text: the one that it names, or else the field that its path leads to. */
export const place = (text: string, name: string | undefined, error: ResponseError): { from: number; to: number } | undefined => {
  const [location] = error.locations ?? [];
  if (location) {
    const lines = text.split("\n").slice(0, location.line - 1);
    const from = lines.reduce((sum, line) => sum + line.length + 1, 0) + location.column - 1;
    const word = /^\$?\w+/.exec(text.slice(from));
    return { from, to: from + (word?.[0].length ?? 1) };
  }
  const document = parsed(text);
  let set = chosen(document, name)?.selectionSet;
  let found: FieldNode | undefined;
  for (const key of error.path ?? []) {
    if (typeof key === "number" || !set) continue;
    const next = field(document as DocumentNode, set, key);
    if (!next) break;
    found = next;
    set = next.selectionSet;
  }
  const token = found && (found.alias ?? found.name).loc;
  return token && { from: token.start, to: token.end };
};

const field = (document: DocumentNode, set: SelectionSetNode, key: string, depth = 0): FieldNode | undefined => {
  if (depth > 50) return undefined;
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) {
      if ((selection.alias ?? selection.name).value === key) return selection;
      continue;
    }
    const inner =
      selection.kind === Kind.INLINE_FRAGMENT
        ? selection.selectionSet
        : document.definitions.find((other) => other.kind === Kind.FRAGMENT_DEFINITION && other.name.value === selection.name.value);
    const within = inner && ("selections" in inner ? inner : (inner as { selectionSet: SelectionSetNode }).selectionSet);
    const found = within && field(document, within, key, depth + 1);
    if (found) return found;
  }
  return undefined;
};

/** The subgraph that an error comes from, as routers say it. */
export const subgraphOf = ({ extensions }: ResponseError): string | undefined => extensions?.service ?? extensions?.subgraph;

export const marksOf = (text: string, name: string | undefined, errors: ResponseError[]): Mark[] =>
  errors.flatMap((error) => {
    const at = place(text, name, error);
    return at ? [{ ...at, title: error.message }] : [];
  });
