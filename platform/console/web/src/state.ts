// What the views share: the tabs, and what came of the last run.
import { page } from "./page";
import { recall, remember } from "./storage";
import type { Arrival, Kind, Payload, ResponseError, Transport } from "./transport";
import type { PlanJson } from "./plan-layout";
import type { TraceJson } from "./trace-path";

export interface Tab { id: number; query: string; variables: string; headers: string; operation?: string | undefined }
export interface Past { query: string; variables: string; at: number }

/** What came of a run. */
export interface Run {
  /** The document that was sent, and which operation of it. */
  operation: string;
  name: string | undefined;
  kind: Kind;
  running: boolean;
  status?: number;
  /** Milliseconds. */
  time?: number;
  bytes?: number;
  arrivals: Arrival[];
  whole?: Payload;
  errors: ResponseError[];
  failure?: string;
  notes: string[];
  plan?: PlanJson;
  trace?: TraceJson;
}

/** What is pointed out in the answer: the fields of a request, or one of them. */
export interface Shown { fetch: number; path?: string | undefined }

export const MAX_TABS = 30;
export const MAX_HISTORY = 50;
/** Events that are kept of a subscription: the newest. */
export const MAX_EVENTS = 200;

export interface Stored { tabs: Tab[]; active: number }

/** The tabs as they were left; a link that was shared fills one more. */
export const firstTabs = (): Stored => {
  const stored = recall<Stored>("tabs", { tabs: [], active: 0 });
  const asked = new URLSearchParams(location.search);
  const query = asked.get("query");
  if (query !== null) {
    const shared: Tab = { id: Date.now(), query, variables: pretty(asked.get("variables") ?? ""), headers: "", operation: asked.get("operationName") ?? undefined };
    const same = stored.tabs.findIndex((tab) => tab.query === shared.query && tab.variables === shared.variables);
    if (same >= 0) return { tabs: stored.tabs.map((tab, index) => (index === same ? { ...tab, operation: shared.operation } : tab)), active: same };
    const tabs = [...stored.tabs, shared].slice(-MAX_TABS);
    return { tabs, active: tabs.length - 1 };
  }
  if (stored.tabs.length > 0) return stored;
  return { tabs: [{ id: 1, query: page.defaultQuery, variables: "", headers: "" }], active: 0 };
};

const pretty = (json: string) => {
  try {
    return json ? JSON.stringify(JSON.parse(json), null, 2) : "";
  } catch {
    return json;
  }
};

/** Headers may hold secrets: they are not remembered. */
export const keepTabs = ({ tabs, active }: Stored): boolean => remember("tabs", { tabs: tabs.map((tab) => ({ ...tab, headers: "" })), active });

/** Keeps what a link that was shared brought, and takes it out of the address: a page that is loaded again has it among its tabs, as they were left. */
export const settle = (stored: Stored) => {
  const address = new URL(location.href);
  const shared = ["query", "variables", "operationName"].filter((name) => address.searchParams.has(name));
  if (shared.length === 0 || !keepTabs(stored)) return;
  for (const name of shared) address.searchParams.delete(name);
  history.replaceState(history.state, "", address);
};
export const transportOf = () => recall<Transport>("transport", "sse");
