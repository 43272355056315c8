// The editor, and what is sent with it.
import { type GraphQLSchema, parse, print } from "graphql";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Answer, size } from "./answer";
import { Docs } from "./docs";
import { hasComments, marksOf, nameIn, operations, parsed, place } from "./document";
import { Editor } from "./editor";
import { Histories, keepPast, keepRun, pastRuns } from "./history";
import { language, t } from "./language";
import { page } from "./page";
import { curl, link } from "./requests";
import type { Runs } from "./runs";
import { MAX_TABS, type Shown, type Stored, type Tab, transportOf } from "./state";
import { remember } from "./storage";
import type { Transport } from "./transport";
import { uploadsOf, type UploadVariable } from "./uploads";

interface Props {
  stored: Stored;
  setStored: (stored: Stored) => void;
  schema: GraphQLSchema | undefined;
  problem: string | undefined;
  runs: Runs;
  shown: Shown | undefined;
  openTrace: (fetch: number) => void;
}

export function Query({ stored, setStored, schema, problem, runs, shown, openTrace }: Props) {
  const tab = stored.tabs[stored.active] as Tab;
  const run = runs.of(tab);
  const [side, setSide] = useState<"docs" | "history" | undefined>();
  const [extra, setExtra] = useState<"variables" | "headers">("variables");
  const [transport, setTransport] = useState<Transport>(transportOf);
  const [past, setPast] = useState(pastRuns);
  const [note, setNote] = useState("");
  const [goTo, setGoTo] = useState<{ at: number }>();
  const document_ = useMemo(() => parsed(tab.query), [tab.query]);
  const named = operations(document_);
  const name = nameIn(document_, tab.operation);
  const uploads = useMemo(() => uploadsOf(tab.query, tab.operation), [tab.query, tab.operation]);
  // Files are not remembered: a page may not open them again by itself.
  const [files, setFiles] = useState<Record<number, Record<string, File[]>>>({});
  const change = (part: Partial<Tab>) => setStored({ ...stored, tabs: stored.tabs.map((other, index) => (index === stored.active ? { ...other, ...part } : other)) });
  const marks = useMemo(() => (run && !run.running && run.operation === tab.query ? marksOf(tab.query, run.name, run.errors) : []), [run, tab.query]);
  const copy = async (text: string) => {
    try {
      await navigator.clipboard.writeText(text);
      setNote(t("Copied."));
    } catch {
      setNote(text);
    }
  };
  const orNote = (attempt: () => void) => {
    try {
      attempt();
    } catch (error) {
      setNote((error as Error).message);
    }
  };
  // Gone to once: an editor that is made anew, for another tab, does not go there again.
  useEffect(() => setGoTo(undefined), [goTo]);
  useEffect(() => {
    if (!note) return undefined;
    const timer = setTimeout(() => setNote(""), 8000);
    return () => clearTimeout(timer);
  }, [note]);

  const start = () => {
    if (runs.start({ tab, document: document_, transport, uploads, files: files[tab.id] ?? {} })) setPast(keepRun(tab));
    // Beside a plan there is no place for an answer.
    if (location.hash === "#plan") location.hash = "#query";
  };
  const format = () => orNote(() => {
    const document = parse(tab.query);
    if (hasComments(document)) setNote(t("Formatting would delete the comments."));
    else change({ query: `${print(document)}\n` });
  });
  const open = (added: Tab) => {
    const tabs = [...stored.tabs, added].slice(-MAX_TABS);
    setStored({ tabs, active: tabs.length - 1 });
  };

  return (
    <div class={`query ${side ? "with-side" : ""}`}>
      <Tabs stored={stored} setStored={setStored} open={open} />
      <div class="toolbar">
        {run?.running ? <button type="button" class="primary" onClick={() => runs.stop(tab)}>■ {t("Stop")}</button> : <button type="button" class="primary" title="Ctrl-Enter" onClick={start}>▶ {t("Run")}</button>}
        {named.length > 1 && (
          <select aria-label={t("Operation")} value={name ?? ""} onChange={(event) => change({ operation: event.currentTarget.value })}>
            {named.map((operation) => <option key={operation.name?.value} value={operation.name?.value}>{operation.name?.value}</option>)}
          </select>
        )}
        <label class="transport">{t("Subscriptions")}
          <select aria-label={t("Transport")} value={transport} onChange={(event) => { const value = event.currentTarget.value as Transport; setTransport(value); remember("transport", value); }}>
            <option value="sse">SSE</option><option value="websocket">WebSocket</option>
          </select>
        </label>
        <button type="button" onClick={format}>{t("Format")}</button>
        <button type="button" onClick={() => copy(link(tab, document_))}>{t("Share link")}</button>
        <button type="button" onClick={() => orNote(() => void copy(curl(tab, document_, uploads, files[tab.id] ?? {})))}>{t("Copy as curl")}</button>
        <button type="button" aria-expanded={side === "docs"} onClick={() => setSide(side === "docs" ? undefined : "docs")}>{t("Documentation")}</button>
        <button type="button" aria-expanded={side === "history"} onClick={() => setSide(side === "history" ? undefined : "history")}>{t("History")}</button>
        <p class="status-line" role="status">{note || (problem && t("The schema cannot be read: ") + problem)}</p>
      </div>
      <div class="panes">
        {side && (
          <aside>
            {side === "docs" ? <Docs schema={schema} problem={problem} /> : <Histories past={past} clear={() => setPast(keepPast([]))} open={({ query, variables }) => open({ id: Date.now(), query, variables, headers: "" })} />}
          </aside>
        )}
        <section class="asked" aria-label={t("Request")}>
          <Editor key={`q${tab.id}${language}`} kind="graphql" label={t("Operation")} schema={schema} value={tab.query} marks={marks} goTo={goTo} onChange={(query) => change({ query })} onRun={start} />
          <div class="extras">
            <button type="button" aria-pressed={extra === "variables"} onClick={() => setExtra("variables")}>{t("Variables")}</button>
            <button type="button" aria-pressed={extra === "headers"} onClick={() => setExtra("headers")}>{t("Headers")}</button>
          </div>
          {uploads.length > 0 && <Files variables={uploads} chosen={files[tab.id] ?? {}} choose={(variable, some) => setFiles({ ...files, [tab.id]: { ...files[tab.id], [variable]: some } })} />}
          <div class="extra">
            <Editor key={`${extra}${tab.id}${language}`} kind="json" label={t(extra === "variables" ? "Variables" : "Headers")} value={tab[extra]} onChange={(text) => change({ [extra]: text })} onRun={start} />
          </div>
        </section>
        <Answer key={tab.id} run={run} shown={shown} openTrace={openTrace} goTo={(error) => { const at = place(tab.query, run?.name, error); if (at) setGoTo({ at: at.from }); }} />
      </div>
    </div>
  );
}

interface TabsProps { stored: Stored; setStored: (stored: Stored) => void; open: (tab: Tab) => void }

function Tabs({ stored: { tabs, active }, setStored, open }: TabsProps) {
  const row = useRef<HTMLDivElement>(null);
  // The place at which a tab was closed, which takes the keyboard's focus with it.
  const closed = useRef<number>();
  useEffect(() => {
    if (closed.current === undefined) return;
    const buttons = row.current?.querySelectorAll<HTMLElement>(".tab > button:first-child") ?? [];
    buttons[Math.min(closed.current, buttons.length - 1)]?.focus();
    closed.current = undefined;
  }, [tabs]);
  const close = (index: number) => {
    const others = tabs.filter((_, other) => other !== index);
    if (others.length === 0) others.push({ id: Date.now(), query: page.defaultQuery, variables: "", headers: "" });
    closed.current = index;
    setStored({ tabs: others, active: Math.min(index <= active ? Math.max(active - 1, 0) : active, others.length - 1) });
  };
  return (
    <div class="tabs" role="group" aria-label={t("Tabs")} ref={row}>
      {tabs.map((each, index) => (
        <span key={each.id} class={`tab ${index === active ? "active" : ""}`}>
          <button type="button" aria-pressed={index === active} onClick={() => setStored({ tabs, active: index })}>{titleOf(each)}</button>
          <button type="button" class="close" aria-label={`${t("Close tab")} ${titleOf(each)}`} onClick={() => close(index)}>×</button>
        </span>
      ))}
      <button type="button" aria-label={t("New tab")} title={t("New tab")} onClick={() => open({ id: Date.now(), query: "", variables: "", headers: "" })}>+</button>
    </div>
  );
}

/** Without parsing, as it is asked of every tab with every key: the operation that was chosen, the first, or the first field. */
const titleOf = ({ query, operation }: Tab) => {
  const names = [...query.matchAll(/\b(?:query|mutation|subscription)\s+(\w+)/g)].map(([, name]) => name);
  return (names.includes(operation) && operation) || names[0] || /\{\s*(\w+)/.exec(query)?.[1] || "…";
};

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
