// The runs: each tab has its own, which goes on while another tab is shown.
import type { DocumentNode } from "graphql";
import { useEffect, useRef, useState } from "preact/hooks";
import { chosen, nameIn } from "./document";
import { headersIn, object } from "./headers";
import { t } from "./language";
import { page } from "./page";
import { MAX_EVENTS, type Run, type Tab } from "./state";
import { merge, send, type Transport, Unreadable } from "./transport";
import { multipart, type UploadVariable } from "./uploads";

export interface Asked {
  tab: Tab;
  document: DocumentNode | undefined;
  transport: Transport;
  uploads: UploadVariable[];
  files: Record<string, File[]>;
}

export interface Runs {
  of: (tab: Tab) => Run | undefined;
  /** Whether anything was sent: what the reader wrote may be no request. */
  start: (asked: Asked) => boolean;
  stop: (tab: Tab) => void;
}

export const useRuns = (tabs: Tab[]): Runs => {
  const [runs, setRuns] = useState<ReadonlyMap<number, Run>>(new Map());
  const aborts = useRef(new Map<number, AbortController>());
  const open = tabs.map(({ id }) => id);
  useEffect(() => {
    for (const [id, abort] of aborts.current) {
      if (open.includes(id)) continue;
      abort.abort();
      aborts.current.delete(id);
    }
    setRuns((before) => new Map([...before].filter(([id]) => open.includes(id))));
  }, [open.join()]);

  const start = ({ tab, document, transport, uploads, files }: Asked) => {
    aborts.current.get(tab.id)?.abort();
    const abort = new AbortController();
    aborts.current.set(tab.id, abort);
    const name = nameIn(document, tab.operation);
    const fresh: Run = { operation: tab.query, name, kind: chosen(document, tab.operation)?.operation ?? "query", running: true, arrivals: [], errors: [], notes: [] };
    const begin = (run: Run) => setRuns((before) => new Map(before).set(tab.id, run));
    const variables = object(tab.variables);
    const headers = headersIn(tab.headers);
    const wrong = typeof variables === "string" ? t("Variables are not a JSON object: ") + variables : headers;
    if (typeof variables === "string" || typeof headers === "string") {
      begin({ ...fresh, running: false, failure: String(wrong) });
      return false;
    }
    const operation = { query: tab.query, operationName: name, variables };
    const begun = performance.now();
    begin(fresh);
    const update = (change: (run: Run) => Run) => setRuns((before) => {
      const run = before.get(tab.id);
      return run && aborts.current.get(tab.id) === abort ? new Map(before).set(tab.id, change(run)) : before;
    });
    const sent = send({
      operation,
      form: multipart(operation, uploads, files),
      kind: fresh.kind,
      headers: { ...(page.plans && { "abaque-expose-plan": "true", "abaque-expose-trace": "true" }), ...headers },
      transport,
      signal: abort.signal,
      onHead: (status) => update((run) => ({ ...run, status })),
      onNote: (text) => update((run) => ({ ...run, notes: [...run.notes, text] })),
      onArrival: (arrival) => update((run) => {
        const whole = arrival.kind === "part" && run.whole ? merge(run.whole, arrival.payload) : arrival.payload;
        const { plan, trace } = whole.extensions ?? {};
        return { ...run, whole, errors: whole.errors ?? [], arrivals: [...run.arrivals, arrival].slice(-MAX_EVENTS), plan: plan ?? run.plan, trace: trace ?? run.trace, time: performance.now() - begun };
      }),
    });
    sent.then(
      (bytes) => update((run) => ({ ...run, running: false, bytes, time: performance.now() - begun })),
      (error: Error) => update((run) => ({ ...run, running: false, ...(error.name !== "AbortError" && { failure: failureOf(run, error) }) })),
    );
    return true;
  };
  const stop = (tab: Tab) => {
    aborts.current.get(tab.id)?.abort();
    setRuns((before) => {
      const run = before.get(tab.id);
      return run ? new Map(before).set(tab.id, { ...run, running: false }) : before;
    });
  };
  return { of: (tab) => runs.get(tab.id), start, stop };
};

const failureOf = ({ status }: Run, error: Error): string => {
  if (error instanceof Unreadable) return t("The answer is not GraphQL: ") + error.message;
  return (status === undefined ? t("The endpoint did not answer: ") : t("The connection broke: ")) + error.message;
};
