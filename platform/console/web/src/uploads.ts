// Files as variables: <https://github.com/jaydenseric/graphql-multipart-request-spec>.
import { Kind, type TypeNode } from "graphql";
import { chosen, parsed } from "./document";
import type { Operation } from "./transport";

/** A variable of the type `Upload`, or a list of it. */
export interface UploadVariable { name: string; isList: boolean }

/** The variables of an operation that take files. */
export const uploadsOf = (query: string, operation: string | undefined): UploadVariable[] =>
  (chosen(parsed(query), operation)?.variableDefinitions ?? []).flatMap(({ variable, type }) => {
    const { name, isList } = within(type);
    return name === "Upload" ? [{ name: variable.name.value, isList }] : [];
  });

const within = (type: TypeNode): { name: string; isList: boolean } => {
  if (type.kind === Kind.NAMED_TYPE) return { name: type.name.value, isList: false };
  const inner = within(type.type);
  return { name: inner.name, isList: inner.isList || type.kind === Kind.LIST_TYPE };
};

/** The parts of a request with files, but for the files' content. */
export interface Parts { operations: string; map: string; files: File[] }

/** `undefined` where no file was chosen. */
export const partsOf = (operation: Operation, variables: UploadVariable[], files: Record<string, File[]>): Parts | undefined => {
  const map: Record<string, string[]> = {};
  const sent: File[] = [];
  const given: Record<string, unknown> = { ...operation.variables };
  for (const { name, isList } of variables) {
    const chosenFiles = files[name] ?? [];
    if (chosenFiles.length === 0) continue;
    given[name] = isList ? chosenFiles.map(() => null) : null;
    for (const [index, file] of (isList ? chosenFiles : chosenFiles.slice(0, 1)).entries()) {
      map[String(sent.length)] = [isList ? `variables.${name}.${index}` : `variables.${name}`];
      sent.push(file);
    }
  }
  if (sent.length === 0) return undefined;
  return { operations: JSON.stringify({ ...operation, variables: given }), map: JSON.stringify(map), files: sent };
};

/** The body of a request with files; `undefined` where no file was chosen. */
export const multipart = (operation: Operation, variables: UploadVariable[], files: Record<string, File[]>): FormData | undefined => {
  const parts = partsOf(operation, variables, files);
  if (!parts) return undefined;
  const body = new FormData();
  // The order is the specification's: what is done with the files is known before they come.
  body.append("operations", parts.operations);
  body.append("map", parts.map);
  for (const [index, file] of parts.files.entries()) body.append(String(index), file, file.name);
  return body;
};
