// The editor, what is sent with it, and what comes back.
import { type GraphQLSchema, parse, print } from "graphql";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Docs } from "./docs";
import { chosen, marksOf, operations, parsed, place, subgraphOf } from "./document";
import { Editor } from "./editor";
import { decimal, t } from "./language";
import { page } from "./page";
import { bringing, broughtBy, fieldAt, type Span, spansOf } from "./provenance";
import { MAX_EVENTS, MAX_HISTORY, MAX_TABS, type Past, type Run, type Shown, type Stored, type Tab, transportOf } from "./state";
import { recall, remember } from "./storage";
import { colourOf } from "./subgraphs";
import { merge, type Payload, send, type Transport } from "./transport";
import { multipart, uploadsOf, type UploadVariable } from "./uploads";

interface Props {
  stored: Stored;
  setStored: (stored: Stored) => void;
  schema: GraphQLSchema | undefined;
  problem: string | undefined;
  run: Run | undefined;
  setRun: (change: (before: Run | undefined) => Run | undefined) => void;
  shown: Shown | undefined;
  openTrace: (fetch: number) => void;
}

export function Query({ stored, setStored, schema, problem, run, setRun, shown, openTrace }: Props) {
  const tab = stored.tabs[stored.active] as Tab;
  const [side, setSide] = useState<"docs" | "history" | undefined>();
  const [extra, setExtra] = useState<"variables" | "headers">("variables");
  const [transport, setTransport] = useState<Transport>(transportOf);
  const [note, setNote] = useState("");
  const [goTo, setGoTo] = useState<{ at: number }>();
  const stop = useRef<AbortController>();
  const document_ = useMemo(() => parsed(tab.query), [tab.query]);
  const named = operations(document_);
  const uploads = useMemo(() => uploadsOf(tab.query, tab.operation), [tab.query, tab.operation]);
  // Files are not remembered: a page may not open them again by itself.
  const [files, setFiles] = useState<Record<number, Record<string, File[]>>>({});
  const change = (part: Partial<Tab>) => setStored({ ...stored, tabs: stored.tabs.map((other, index) => (index === stored.active ? { ...other, ...part } : other)) });
  const marks = useMemo(() => (run && !run.running && run.operation === tab.query ? marksOf(tab.query, tab.operation, run.errors) : []), [run, tab.query]);
  const address = () => {
    const link = new URL(location.href.split(/[?#]/)[0] ?? location.href);
    link.searchParams.set("query", tab.query);
    if (tab.variables.trim()) link.searchParams.set("variables", tab.variables);
    if (tab.operation) link.searchParams.set("operationName", tab.operation);
    return link.href;
  };
  const copy = async (text: string) => {
    try {
      await navigator.clipboard.writeText(text);
      setNote(t("Copied."));
    } catch {
      setNote(text);
    }
  };
  useEffect(() => {
    if (!note) return undefined;
    const timer = setTimeout(() => setNote(""), 8000);
    return () => clearTimeout(timer);
  }, [note]);

  const start = () => {
    stop.current?.abort();
    const abort = new AbortController();
    stop.current = abort;
    const variables = object(tab.variables);
    const headers = object(tab.headers);
    const failed = (failure: string) => setRun(() => ({ operation: tab.query, running: false, arrivals: [], errors: [], notes: [], failure }));
    if (typeof variables === "string") return failed(t("Variables are not a JSON object: ") + variables);
    if (typeof headers === "string") return failed(t("Headers are not a JSON object: ") + headers);
    keep(tab);
    // Beside a plan there is no place for an answer.
    if (location.hash === "#plan") location.hash = "#query";
    const operation = { query: tab.query, operationName: tab.operation, variables };
    const kind = chosen(document_, tab.operation)?.operation ?? "query";
    const begun = performance.now();
    setRun(() => ({ operation: tab.query, running: true, arrivals: [], errors: [], notes: [] }));
    const update = (change: (run: Run) => Run) => setRun((before) => (stop.current === abort && before ? change(before) : before));
    const sent = send({
      operation,
      form: multipart(operation, uploads, files[tab.id] ?? {}),
      kind,
      headers: { ...(page.plans && { "abaque-expose-plan": "true", "abaque-expose-trace": "true" }), ...(headers as Record<string, string> | undefined) },
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
      (error: Error) => update((run) => ({ ...run, running: false, ...(error.name !== "AbortError" && { failure: t("The endpoint did not answer: ") + error.message }) })),
    );
    return undefined;
  };
  const end = () => {
    stop.current?.abort();
    setRun((before) => before && { ...before, running: false });
  };
  const format = () => {
    try {
      change({ query: `${print(parse(tab.query))}\n` });
    } catch (error) {
      setNote((error as Error).message);
    }
  };
  const open = (added: Tab) => {
    const tabs = [...stored.tabs, added].slice(-MAX_TABS);
    setStored({ tabs, active: tabs.length - 1 });
  };
  const close = (index: number) => {
    const tabs = stored.tabs.filter((_, other) => other !== index);
    if (tabs.length === 0) tabs.push({ id: Date.now(), query: page.defaultQuery, variables: "", headers: "" });
    setStored({ tabs, active: Math.min(index <= stored.active ? Math.max(stored.active - 1, 0) : stored.active, tabs.length - 1) });
  };

  return (
    <div class={`query ${side ? "with-side" : ""}`}>
      <div class="tabs" role="group" aria-label={t("Tabs")}>
        {stored.tabs.map((each, index) => (
          <span key={each.id} class={`tab ${index === stored.active ? "active" : ""}`}>
            <button type="button" aria-pressed={index === stored.active} onClick={() => setStored({ ...stored, active: index })}>{nameOf(each)}</button>
            <button type="button" class="close" aria-label={`${t("Close tab")} ${nameOf(each)}`} onClick={() => close(index)}>×</button>
          </span>
        ))}
        <button type="button" aria-label={t("New tab")} title={t("New tab")} onClick={() => open({ id: Date.now(), query: "", variables: "", headers: "" })}>+</button>
      </div>
      <div class="toolbar">
        {run?.running ? <button type="button" class="primary" onClick={end}>■ {t("Stop")}</button> : <button type="button" class="primary" title="Ctrl-Enter" onClick={start}>▶ {t("Run")}</button>}
        {named.length > 1 && (
          <select aria-label={t("Operation")} value={tab.operation ?? ""} onChange={(event) => change({ operation: event.currentTarget.value })}>
            {named.map((operation) => <option key={operation.name?.value} value={operation.name?.value}>{operation.name?.value}</option>)}
          </select>
        )}
        <label class="transport">{t("Subscriptions")}
          <select aria-label={t("Transport")} value={transport} onChange={(event) => { const value = event.currentTarget.value as Transport; setTransport(value); remember("transport", value); }}>
            <option value="sse">SSE</option><option value="websocket">WebSocket</option>
          </select>
        </label>
        <button type="button" onClick={format}>{t("Format")}</button>
        <button type="button" onClick={() => copy(address())}>{t("Share link")}</button>
        <button type="button" onClick={() => copy(curl(tab))}>{t("Copy as curl")}</button>
        <button type="button" aria-expanded={side === "docs"} onClick={() => setSide(side === "docs" ? undefined : "docs")}>{t("Documentation")}</button>
        <button type="button" aria-expanded={side === "history"} onClick={() => setSide(side === "history" ? undefined : "history")}>{t("History")}</button>
        <p class="status-line" role="status">{note || (problem && t("The schema cannot be read: ") + problem)}</p>
      </div>
      <div class="panes">
        {side && <aside>{side === "docs" ? <Docs schema={schema} /> : <Histories open={(past) => open({ id: Date.now(), query: past.query, variables: past.variables, headers: "" })} />}</aside>}
        <section class="asked" aria-label={t("Request")}>
          <Editor key={`q${tab.id}`} kind="graphql" label={t("Operation")} schema={schema} value={tab.query} marks={marks} goTo={goTo} onChange={(query) => change({ query })} onRun={start} />
          <div class="extras">
            <button type="button" aria-pressed={extra === "variables"} onClick={() => setExtra("variables")}>{t("Variables")}</button>
            <button type="button" aria-pressed={extra === "headers"} onClick={() => setExtra("headers")}>{t("Headers")}</button>
          </div>
          {uploads.length > 0 && <Files variables={uploads} chosen={files[tab.id] ?? {}} choose={(name, some) => setFiles({ ...files, [tab.id]: { ...files[tab.id], [name]: some } })} />}
          <div class="extra">
            <Editor key={`${extra}${tab.id}`} kind="json" label={t(extra === "variables" ? "Variables" : "Headers")} value={tab[extra]} onChange={(text) => change({ [extra]: text })} onRun={start} />
          </div>
        </section>
        <Answer run={run} shown={shown} openTrace={openTrace} goTo={(error) => { const at = place(tab.query, tab.operation, error); if (at) setGoTo({ at: at.from }); }} />
      </div>
    </div>
  );
}

interface FilesProps { variables: UploadVariable[]; chosen: Record<string, File[]>; choose: (name: string, files: File[]) => void }

/** A file for each variable that takes one. */
function Files({ variables, chosen: files, choose }: FilesProps) {
  return (
    <fieldset class="files">
      <legend>{t("Files")}</legend>
      {variables.map(({ name, isList }) => (
        <label key={name}><code>${name}</code>
          <input type="file" multiple={isList} onChange={(event) => choose(name, [...(event.currentTarget.files ?? [])])} />
          {(files[name]?.length ?? 0) > 0 && <small>{files[name]?.map((file) => `${file.name} (${size(file.size)})`).join(", ")}</small>}
        </label>
      ))}
    </fieldset>
  );
}

/** Fields of an answer that are marked, and the longest answer in which fields are looked for, in characters. */
const [MAX_MARKS, MAX_TEXT] = [300, 2_000_000];

/** What is in the answer of the request that is pointed out, and which request brought the field under the cursor. */
function useProvenance(run: Run | undefined, shown: Shown | undefined, text: string) {
  const [at, setAt] = useState<number>();
  const spans = useMemo(() => (run?.plan && !run.running && text.length <= MAX_TEXT ? spansOf(text) : []), [run?.plan, run?.running, text]);
  useEffect(() => setAt(undefined), [text]);
  const planned = run?.plan?.fetches.find(({ id }) => id === shown?.fetch);
  const paths = planned && broughtBy(planned);
  const isShown = ({ path }: Span) => (shown?.path ? path === shown.path : (paths?.includes(path) ?? false));
  const marks = useMemo(() => {
    const all = spans.filter(isShown).slice(0, MAX_MARKS);
    const leaves = all.filter((span) => !all.some((other) => other !== span && span.from <= other.from && other.to <= span.to));
    return leaves.map(({ from, to }) => ({ from, to, title: planned ? `${planned.subgraph} · ${planned.id}` : "", class: "brought" }));
  }, [spans, shown]);
  const first = marks[0]?.from;
  const goTo = useMemo(() => (first === undefined ? undefined : { at: first }), [first, shown]);
  const field = at === undefined ? undefined : fieldAt(spans, at);
  const fetches = field && run?.plan ? bringing(run.plan, field.path) : [];
  return { marks, goTo, setAt, field, fetches };
}

interface AnswerProps { run: Run | undefined; shown: Shown | undefined; openTrace: (fetch: number) => void; goTo: (error: Run["errors"][number]) => void }

function Answer({ run, shown: pointedOut, openTrace, goTo }: AnswerProps) {
  const text = useMemo(() => (run?.whole ? JSON.stringify(shown(run.whole), null, 2) : ""), [run?.whole]);
  const { marks, goTo: target, setAt, field, fetches } = useProvenance(run, pointedOut, text);
  if (!run) return <section class="answer" aria-label={t("Response")}><p class="note">{t("Run an operation to see its answer here.")}</p></section>;
  const streams = run.arrivals.some(({ kind }) => kind !== "whole") || (run.running && run.status !== undefined);
  return (
    <section class="answer" aria-label={t("Response")}>
      <p class="facts" data-running={run.running}>
        {run.status !== undefined && <span class={run.status < 400 ? "good" : "bad"}>{run.status}</span>}
        {run.time !== undefined && <span>{run.time.toFixed(0)} ms</span>}
        {run.bytes !== undefined && <span>{size(run.bytes)}</span>}
        {streams && <span>{t(run.running ? "listening" : "ended")}</span>}
        {run.errors.length > 0 && <span class="bad">{run.errors.length} {t(run.errors.length === 1 ? "error" : "errors")}</span>}
        {run.notes.map((note) => <span key={note}>{t(note)}</span>)}
      </p>
      {run.failure && <p class="failure" role="alert">{run.failure}</p>}
      {run.errors.length > 0 && (
        <ul class="errors">
          {run.errors.map((error, index) => {
            const subgraph = subgraphOf(error);
            return (
              <li key={index}>
                {subgraph && <span class={`badge ${colourOf(subgraph)}`}>{subgraph}</span>}
                <span>{error.message}</span>
                {error.extensions?.code && <code>{error.extensions.code}</code>}
                {(error.path?.length || error.locations?.length) && <button type="button" class="link" onClick={() => goTo(error)}>{error.path?.join(".") || t("Go to field")}</button>}
              </li>
            );
          })}
        </ul>
      )}
      {streams && (
        <ol class="arrivals" aria-label={t(run.arrivals[0]?.kind === "event" ? "Events" : "Parts")} tabIndex={0}>
          {run.arrivals.map(({ at, payload }, index) => (
            <li key={index}><time>+{at.toFixed(0)} ms</time> <code>{JSON.stringify(shown(payload)).slice(0, 400)}</code></li>
          ))}
        </ol>
      )}
      {run.whole && <Editor key="answer" kind="json" readOnly label={t("Response")} value={text} marks={marks} goTo={target} onCursor={setAt} />}
      {run.whole && run.plan && (
        <p class="brought-by" role="status">
          {!field && t("Put the cursor on a field to see which request brought it.")}
          {field && <code>{field.path}</code>}
          {field && fetches.length === 0 && <span>{t("brought by the router itself")}</span>}
          {fetches.map(({ id, subgraph }) => {
            const traced = run.trace?.fetches.find((each) => each.fetch === id);
            return (
              <button key={id} type="button" class={`badge ${colourOf(subgraph)}`} title={t("Trace")} onClick={() => openTrace(id)}>
                {subgraph} · {id}{traced && `, ${decimal((traced.end - traced.start) / 1000, 1)} ms`}
              </button>
            );
          })}
        </p>
      )}
    </section>
  );
}

/** Plan and trace have views of their own. */
const shown = ({ extensions, hasNext: _, ...payload }: Payload): Payload => {
  const { plan: _plan, trace: _trace, ...others } = extensions ?? {};
  return Object.keys(others).length > 0 ? { ...payload, extensions: others } : payload;
};

const size = (bytes: number) => (bytes < 2048 ? `${bytes} B` : `${decimal(bytes / 1024, 1)} KiB`);
const nameOf = (tab: Tab) => tab.operation || /\b(?:query|mutation|subscription)\s+(\w+)/.exec(tab.query)?.[1] || /\{\s*(\w+)/.exec(tab.query)?.[1] || "…";

/** The object that a text holds; `undefined` for none, and a text for what is wrong. */
const object = (text: string): Record<string, unknown> | undefined | string => {
  if (!text.trim()) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Record<string, unknown>) : text.slice(0, 80);
  } catch (error) {
    return (error as Error).message;
  }
};

const curl = (tab: Tab) => {
  const variables = object(tab.variables);
  const headers = object(tab.headers);
  const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
  const given = typeof headers === "object" ? Object.entries(headers) : [];
  const body = JSON.stringify({ query: tab.query, operationName: tab.operation, variables: typeof variables === "object" ? variables : undefined });
  return [`curl -s ${quoted(page.endpoint.href)}`, "-H 'content-type: application/json'", ...given.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`), `-d ${quoted(body)}`].join(" ");
};

const keep = (tab: Tab) => {
  const past = recall<Past[]>("history", []);
  const others = past.filter(({ query, variables }) => query !== tab.query || variables !== tab.variables);
  remember("history", [{ query: tab.query, variables: tab.variables, at: Date.now() }, ...others].slice(0, MAX_HISTORY));
};

function Histories({ open }: { open: (past: Past) => void }) {
  const [past, setPast] = useState(() => recall<Past[]>("history", []));
  if (past.length === 0) return <p class="note">{t("No operation has been run yet.")}</p>;
  return (
    <section aria-label={t("History")}>
      <button type="button" onClick={() => (remember("history", []), setPast([]))}>{t("Clear history")}</button>
      <ul class="found">
        {past.map((each) => (
          <li key={each.at}><button type="button" class="link" onClick={() => open(each)}><code>{each.query.replace(/\s+/g, " ").slice(0, 80)}</code></button> <time>{new Date(each.at).toLocaleTimeString()}</time></li>
        ))}
      </ul>
    </section>
  );
}
