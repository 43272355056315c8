// The schema that the endpoint describes, read again whenever it may be another.
import { buildClientSchema, getIntrospectionQuery, type GraphQLSchema, type IntrospectionQuery } from "graphql";
import { useEffect, useState } from "preact/hooks";
import { headersIn, together } from "./headers";
import { page } from "./page";

/** Milliseconds: after the last key in the headers, between two looks at the state, and between two readings because the reader came back. */
const [PAUSE, EVERY, SELDOM] = [500, 5000, 2000];

const OWN = { accept: "application/graphql-response+json, application/json;q=0.9", "content-type": "application/json" };

interface Answer { data?: IntrospectionQuery; errors?: { message: string }[] }

const read = async (headers: Record<string, string>, signal: AbortSignal): Promise<IntrospectionQuery> => {
  const query = getIntrospectionQuery({ descriptions: true, inputValueDeprecation: true });
  const response = await fetch(page.endpoint, { method: "POST", signal, headers: together(headers, OWN), body: JSON.stringify({ query, operationName: "IntrospectionQuery" }) });
  const { data, errors } = (await response.json()) as Answer;
  if (!data) throw new Error(errors?.[0]?.message ?? String(response.status));
  return data;
};

export interface Described { schema?: GraphQLSchema; problem?: string | undefined }

/** The schema as it is described to who sends these headers. What cannot be read leaves the last one in place, with the problem beside it. */
export const useSchema = (headers: string, changes: number): Described => {
  const [described, setDescribed] = useState<Described & { text?: string }>({});
  const given = headersIn(headers);
  const sent = JSON.stringify(given);
  useEffect(() => {
    if (!page.operations) return undefined;
    if (typeof given === "string") return setDescribed((before) => ({ ...before, problem: given }));
    const abort = new AbortController();
    let last = 0;
    const look = () => {
      if (performance.now() - last < SELDOM && last > 0) return;
      last = performance.now();
      read(given, abort.signal).then(
        (data) => setDescribed((before) => {
          const text = JSON.stringify(data);
          return text === before.text ? { ...before, problem: undefined } : { text, schema: buildClientSchema(data) };
        }),
        (error: Error) => abort.signal.aborted || setDescribed((before) => ({ ...before, problem: error.message })),
      );
    };
    const timer = setTimeout(look, described.text || described.problem ? PAUSE : 0);
    addEventListener("focus", look);
    return () => (clearTimeout(timer), removeEventListener("focus", look), abort.abort());
  }, [sent, changes]);
  return described;
};

/** How often another schema took effect, as far as the state of the composition is shown. */
export const useChanges = (): number => {
  const [changes, setChanges] = useState(0);
  useEffect(() => {
    let known: string | undefined;
    if (!page.status) return undefined;
    const look = () => {
      if (document.hidden) return;
      // A reader who may not see the state does without: coming back to the page reads the schema too.
      fetch(page.status ?? "").then(async (answer) => {
        if (!answer.ok) return;
        const hash: string = (await answer.json()).schema?.hash ?? "";
        if (known !== undefined && known !== hash) setChanges((before) => before + 1);
        known = hash;
      }).catch(() => undefined);
    };
    look();
    const timer = setInterval(look, EVERY);
    return () => clearInterval(timer);
  }, []);
  return changes;
};
