// What happened to the last run, and when: a waterfall of the router's stages and its requests to subgraphs.
import { decimal, t } from "./language";
import { broughtBy, type FieldPath, isIn } from "./provenance";
import type { Run } from "./state";
import { colourOf } from "./subgraphs";
import { criticalPath, type TraceFetch } from "./trace-path";

const [WIDTH, ROW] = [640, 22];

/** Fields of one request that are listed. */
const MAX_FIELDS = 12;

interface Props {
  run: Run | undefined;
  /** The request that a field of the answer led to. */
  selected: number | undefined;
  openFetch: (id: number) => void;
  /** Leads to a field in the answer, or to all of a request. */
  openField: (id: number, path?: FieldPath) => void;
}

export function Trace({ run, selected, openFetch, openField }: Props) {
  const trace = run?.trace;
  if (!trace) return <p class="note">{run?.kind === "subscription" ? t("Events of subscriptions have no trace.") : run && !run.running ? t("This answer has no trace.") : t("Run an operation to see its trace.")}</p>;
  const critical = criticalPath(trace, run.plan);
  const fetches = [...trace.fetches].sort((a, b) => a.start - b.start || a.fetch - b.fetch);
  const fieldsOf = (id: number) => {
    const planned = run.plan?.fetches.find((each) => each.id === id);
    // Keys that other requests need are no fields of the answer, unless it was asked for them too.
    return planned ? broughtBy(planned).filter((path) => isIn(run.whole?.data, path)) : [];
  };
  const x = (time: number) => (time / Math.max(trace.duration, 1)) * WIDTH;
  const bar = (from: number, to: number, kind: string) => <rect class={kind} x={x(from)} y="4" width={Math.max(x(to) - x(from), 1)} height={ROW - 8} rx="2" />;
  const row = (children: unknown) => <svg class="bar" viewBox={`0 0 ${WIDTH} ${ROW}`} preserveAspectRatio="none" aria-hidden="true">{children as any}</svg>;
  return (
    <div class="trace">
      <p class="facts"><strong>{milliseconds(trace.duration)}</strong><span class="key waiting">{t("waiting")}</span><span class="key working">{t("subgraph working")}</span><span class="key transfer">{t("transfer")}</span><span class="key critical">{t("Critical path")}</span></p>
      <div class="scroll" tabIndex={0} role="group" aria-label={t("Trace")}>
        <table>
          <thead><tr><th scope="col">{t("Router")} / {t("Subgraph")}</th><th scope="col" class="start">{t("Start")}</th><th scope="col" class="wide">{milliseconds(0)} – {milliseconds(trace.duration)}</th><th scope="col">{t("Wait")}</th><th scope="col">{t("First byte")}</th><th scope="col">{t("End")}</th><th scope="col">{t("Bytes")}</th><th scope="col">{t("Entities")}</th><th scope="col" class="fields">{t("Fields")}</th></tr></thead>
          <tbody>
            {trace.stages.map(({ name, start, end }) => (
              <tr key={name} class="stage"><th scope="row">{t(name)}</th><td class="start">{milliseconds(start)}</td><td>{row(bar(start, end, "stage"))}</td><td /><td /><td>{milliseconds(end)}</td><td /><td /><td /></tr>
            ))}
            {fetches.map((fetch, index) => (
              <tr key={index} class={`${critical.has(fetch.fetch) ? "critical" : ""} ${fetch.fetch === selected ? "selected" : ""}`} data-fetch={fetch.fetch} aria-current={fetch.fetch === selected ? "true" : undefined}>
                <th scope="row"><button type="button" class={`badge ${colourOf(fetch.subgraph)}`} onClick={() => openFetch(fetch.fetch)}>{critical.has(fetch.fetch) && <span class="dot">● </span>}{fetch.subgraph} · {fetch.fetch}</button>{noted(fetch)}</th>
                <td class="start">{milliseconds(fetch.start)}</td>
                <td><button type="button" class="bar-link" aria-label={`${fetch.subgraph} · ${fetch.fetch}: ${t("show its fields in the answer")}`} onClick={() => openField(fetch.fetch)}>{row(<>{bar(fetch.start, fetch.sent ?? fetch.end, "waiting")}{fetch.sent !== null && bar(fetch.sent, fetch.firstByte ?? fetch.end, "working")}{fetch.firstByte !== null && bar(fetch.firstByte, fetch.end, "transfer")}</>)}</button></td>
                <td>{fetch.sent === null ? "–" : milliseconds(fetch.sent - fetch.start)}</td>
                <td>{fetch.firstByte === null ? "–" : milliseconds(fetch.firstByte)}</td>
                <td>{milliseconds(fetch.end)}</td>
                <td>{fetch.requestBytes} → {fetch.responseBytes}</td>
                <td>{fetch.entities.sent > 0 ? `${fetch.entities.sent}${fetch.entities.shared > 0 ? ` (+${fetch.entities.shared} ${t("shared")})` : ""}` : ""}</td>
                <td><Fields paths={fieldsOf(fetch.fetch)} open={(path) => openField(fetch.fetch, path)} /></td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  );
}

function Fields({ paths, open }: { paths: FieldPath[]; open: (path: FieldPath) => void }) {
  const more = paths.length - MAX_FIELDS;
  return (
    <span class="owner">
      {paths.slice(0, MAX_FIELDS).map((path) => <button key={path} type="button" class="link" onClick={() => open(path)}><code>{path}</code></button>)}
      {more > 0 && <small>+{more}</small>}
    </span>
  );
}

const noted = ({ attempts, joined, error, status }: TraceFetch) => (
  <small>
    {joined && ` ${t("joined an equal request")}`}
    {attempts > 1 && ` ${t("sent again")} ×${attempts - 1}`}
    {error ? ` ${error}` : status !== null && status !== 200 && ` ${status}`}
  </small>
);
const milliseconds = (micros: number) => `${decimal(micros / 1000, micros < 10_000 ? 2 : 1)} ms`;
