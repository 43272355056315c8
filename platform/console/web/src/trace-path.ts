// What a trace holds, and which of its requests the answer waited for.
import type { PlanJson } from "./plan-layout";

/** Times are in microseconds since the router had the head of the request. */
export interface TraceFetch {
  fetch: number;
  subgraph: string;
  start: number;
  sent: number | null;
  firstByte: number | null;
  end: number;
  attempts: number;
  joined: boolean;
  entities: { sent: number; shared: number };
  requestBytes: number;
  responseBytes: number;
  status: number | null;
  error: string | null;
}
export interface TraceJson { version: number; duration: number; stages: { name: string; start: number; end: number }[]; fetches: TraceFetch[] }

/** From the request that ended last, back along what each waited for, the last to end of these. */
export const criticalPath = (trace: TraceJson, plan: PlanJson | undefined): Set<number> => {
  const byId = new Map(trace.fetches.map((fetch) => [fetch.fetch, fetch]));
  const last = (ids: number[]) => ids.map((id) => byId.get(id)).filter((fetch) => fetch !== undefined).sort((a, b) => b.end - a.end)[0];
  const path = new Set<number>();
  let fetch = last([...byId.keys()]);
  while (fetch && !path.has(fetch.fetch)) {
    path.add(fetch.fetch);
    const id = fetch.fetch;
    fetch = last(plan?.fetches.find((planned) => planned.id === id)?.dependsOn ?? []);
  }
  return path;
};
