// The state of the composition, for people: what `/composition` returns to programs.
import { useEffect, useState } from "preact/hooks";
import { Changes } from "./changes";
import { decimal, language, t } from "./language";
import { page } from "./page";
import { colourOf } from "./subgraphs";

const EVERY = 5000;
const ENDPOINTS = ["metrics", "health/live", "health/ready", "composition", "composition/supergraph", "composition/api", "composition/seed", "operations"];
/** What a link cannot do, and what it does. */
const ACTIONS = [
  ["composition/refresh", "looks at every source now"],
  ["composition/accept?hash=…", "lets through the schema that the gate refused"],
] as const;

/** Where the map is shown too, a change leads to its type there. */
export function Status({ openType }: { openType: ((coordinate: string) => void) | undefined }) {
  const [state, setState] = useState<any>();
  const [operations, setOperations] = useState<Recorded[]>();
  const [problem, setProblem] = useState<string>();
  useEffect(() => {
    const look = () => {
      fetch(page.status ?? "").then(async (answer) => (setState(await answer.json()), setProblem(undefined)), (error: Error) => setProblem(error.message));
      // Only the admin port has this, and only where operations are recorded.
      if (page.operations) return;
      fetch(new URL("operations", page.endpoint)).then(async (answer) => {
        if (!answer.ok || !answer.headers.get("content-type")?.includes("json")) return;
        const { operations } = await answer.json();
        if (Array.isArray(operations)) setOperations(operations);
      }).catch(() => undefined);
    };
    look();
    const timer = setInterval(look, EVERY);
    return () => clearInterval(timer);
  }, []);
  if (!state) return <p class="note">{problem ?? t("Loading…")}</p>;
  const { schema, failure, subgraphs = [] } = state;
  return (
    <div class="status-view">
      <p class="facts" role="status">
        <strong class={state.state === "serving" ? "good" : "bad"}>{t(state.state)}</strong>
        {schema && <span>{t("Schema")} <code>{schema.hash}</code></span>}
        {schema && <span>{t("served since")} {ago(schema.since)}</span>}
        {problem && <span class="bad">{problem}</span>}
      </p>
      {failure && (
        <section class="failure" role="alert">
          <h2>{t("Composition failed")}</h2>
          <p>{failure.error}</p>
          <ul>{failure.diagnostics?.map((each: any, index: number) => <Diagnostic key={index} {...each} />)}</ul>
        </section>
      )}
      <div class="scroll" tabIndex={0} role="group" aria-label={t("Subgraphs")}>
        <table>
          <thead><tr><th scope="col">{t("Subgraph")}</th><th scope="col">{t("State")}</th><th scope="col">{t("Last change")}</th><th scope="col">{t("Last seen")}</th><th scope="col">{t("Last error")}</th></tr></thead>
          <tbody>
            {subgraphs.map((subgraph: any) => (
              <tr key={subgraph.name} data-state={subgraph.state}>
                <th scope="row"><span class={`badge ${colourOf(subgraph.name)}`}>{subgraph.name}</span> <small>{subgraph.url ?? subgraph.source}</small></th>
                <td class={subgraph.state === "fetched" ? "good" : "bad"}>{t(subgraph.state === "waiting" ? "waiting_state" : subgraph.state).replace("_state", "")}</td>
                <td>{ago(subgraph.last_change)}</td>
                <td>{ago(subgraph.last_seen)}</td>
                <td>{subgraph.last_error}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {schema && <Changes changes={schema.changes} since={schema.since} select={openType} />}
      {operations && operations.length > 0 && <Operations list={operations} />}
      {!page.operations && (
        <section>
          <h2>{t("Endpoints of this port")}</h2>
          <ul>
            {ENDPOINTS.filter((path) => path !== "operations" || operations).map((path) => <li key={path}><a href={path}>/{path}</a></li>)}
            {ACTIONS.map(([path, effect]) => <li key={path}><code>POST /{path}</code> {t(effect)}</li>)}
          </ul>
        </section>
      )}
    </div>
  );
}

function Diagnostic({ code, message, locations }: { code?: string; message?: string; locations?: { subgraph?: string; line?: number; column?: number }[] }) {
  return (
    <li>
      <code>{code}</code> {message}
      {locations?.map(({ subgraph, line, column }, index) => <span key={index} class="place"> {subgraph}{line !== undefined && `:${line}:${column}`}</span>)}
    </li>
  );
}

/** An operation as `/operations` has it; the router sends those asked most often first. */
interface Recorded {
  hash: string;
  name: string | null;
  type: string;
  text: string;
  count: number;
  errors: number;
  last_seen: string;
  clients?: { name: string }[];
  duration?: { p50_ms: number | null; p95_ms: number | null };
}

/** Operations that are listed. */
const MAX_OPERATIONS = 20;

function Operations({ list }: { list: Recorded[] }) {
  const time = (value: number | null | undefined) => (value == null ? "–" : `${decimal(value, value < 10 ? 2 : 0)} ms`);
  return (
    <section>
      <h2>{t("Most frequent operations")}</h2>
      <div class="scroll" tabIndex={0} role="group" aria-label={t("Most frequent operations")}>
        <table class="operations">
          <thead><tr><th scope="col">{t("Operation")}</th><th scope="col">{t("Requests")}</th><th scope="col">{t("Errors")}</th><th scope="col">p50</th><th scope="col">p95</th><th scope="col">{t("Last seen")}</th><th scope="col">{t("Clients")}</th></tr></thead>
          <tbody>
            {list.slice(0, MAX_OPERATIONS).map(({ hash, name, type, text, count, errors, last_seen, clients = [], duration }) => (
              <tr key={hash}>
                <th scope="row"><details><summary>{type} {name ?? <code>{text.replace(/\s+/g, " ").slice(0, 60)}</code>}</summary><pre>{text}</pre></details></th>
                <td>{count}</td>
                <td class={errors > 0 ? "bad" : ""}>{errors}</td>
                <td>{time(duration?.p50_ms)}</td>
                <td>{time(duration?.p95_ms)}</td>
                <td>{ago(last_seen)}</td>
                <td>{[...new Set(clients.map((client) => client.name))].join(", ")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

const ago = (time: string | null | undefined): string => {
  if (!time) return t("never");
  const seconds = Math.round((Date.parse(time) - Date.now()) / 1000);
  const format = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  for (const [unit, size] of [["day", 86_400], ["hour", 3600], ["minute", 60]] as const) {
    if (Math.abs(seconds) >= size) return format.format(Math.trunc(seconds / size), unit);
  }
  return format.format(seconds, "second");
};
