// A tab's request in other forms: as a link that opens it here, and as a command for a terminal.
import type { DocumentNode } from "graphql";
import { chosen, nameIn, operations } from "./document";
import { headersIn, object, together } from "./headers";
import { t } from "./language";
import { page } from "./page";
import type { Tab } from "./state";
import { accept, asForm, IN_PARTS } from "./transport";
import { partsOf, type UploadVariable } from "./uploads";

/** Without the headers, which may hold secrets. */
export const link = (tab: Tab, document: DocumentNode | undefined): string => {
  const address = new URL(location.href.split(/[?#]/)[0] ?? location.href);
  address.searchParams.set("query", tab.query);
  if (tab.variables.trim()) address.searchParams.set("variables", tab.variables);
  const name = operations(document).length > 1 ? nameIn(document, tab.operation) : undefined;
  if (name) address.searchParams.set("operationName", name);
  return address.href;
};

/** An error says what is wrong with what the reader wrote. Files are named as in the folder that they were chosen from, whose path a page does not learn. */
export const curl = (tab: Tab, document: DocumentNode | undefined, uploads: UploadVariable[], files: Record<string, File[]>): string => {
  const variables = object(tab.variables);
  if (typeof variables === "string") throw new Error(t("Variables are not a JSON object: ") + variables);
  const given = headersIn(tab.headers);
  if (typeof given === "string") throw new Error(given);
  const kind = chosen(document, tab.operation)?.operation ?? "query";
  const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  const operation = { query: tab.query, operationName: nameIn(document, tab.operation), variables };
  const parts = partsOf(operation, uploads, files);
  const headers = together({ accept: accept(kind, tab.query), "content-type": "application/json" }, given);
  if (parts) asForm(headers);
  return [
    // What comes in parts or events is shown as it comes.
    kind === "subscription" || IN_PARTS.test(tab.query) ? "curl -sN" : "curl -s",
    quoted(page.endpoint.href),
    // curl leaves out a header whose colon nothing follows.
    ...[...headers].map(([name, value]) => `-H ${quoted(value ? `${name}: ${value}` : `${name};`)}`),
    ...(parts
      ? [
          `--form-string ${quoted(`operations=${parts.operations}`)}`,
          `--form-string ${quoted(`map=${parts.map}`)}`,
          ...parts.files.map(({ name, type }, index) => `-F ${quoted(`${index}=@"${name.replace(/["\\]/g, "\\$&")}"${type && `;type=${type}`}`)}`),
        ]
      : [`-d ${quoted(JSON.stringify(operation))}`]),
  ].join(" ");
};
