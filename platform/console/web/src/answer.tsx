// What came back, and which request brought what of it.
import { useEffect, useMemo, useState } from "preact/hooks";
import { subgraphOf } from "./document";
import { Editor } from "./editor";
import { decimal, language, t } from "./language";
import { bringing, broughtBy, fieldAt, type Span, spansOf } from "./provenance";
import type { Run, Shown } from "./state";
import { colourOf } from "./subgraphs";
import type { Payload } from "./transport";

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

export function Answer({ run, shown: pointedOut, openTrace, goTo }: AnswerProps) {
  const text = useMemo(() => (run?.whole ? JSON.stringify(shown(run.whole), null, 2) : ""), [run?.whole]);
  const { marks, goTo: target, setAt, field, fetches } = useProvenance(run, pointedOut, text);
  // There from the beginning, so that what comes into it is read out; once, and not with each event.
  const outcome = <p class="unseen outcome" role="status">{run && !run.running && facts(run).join(", ")}</p>;
  if (!run) return <section class="answer" aria-label={t("Response")}>{outcome}<p class="note">{t("Run an operation to see its answer here.")}</p></section>;
  const streams = run.arrivals.some(({ kind }) => kind !== "whole") || (run.running && run.status !== undefined);
  return (
    <section class="answer" aria-label={t("Response")}>
      {outcome}
      <p class="facts" data-running={run.running}>
        {run.status !== undefined && <span class={run.status < 400 ? "good" : "bad"}>{run.status}</span>}
        {run.time !== undefined && <span>{run.time.toFixed(0)} ms</span>}
        {run.bytes !== undefined && <span>{size(run.bytes)}</span>}
        {streams && <span>{t(run.running ? "listening" : "ended")}</span>}
        {run.errors.length > 0 && <span class="bad">{failures(run)}</span>}
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
      {run.whole && <Editor key={`answer${language}`} kind="json" readOnly label={t("Response")} value={text} marks={marks} goTo={target} onCursor={setAt} />}
      {run.whole && run.plan && text.length <= MAX_TEXT && (
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

const failures = ({ errors }: Run) => `${errors.length} ${t(errors.length === 1 ? "error" : "errors")}`;
const facts = (run: Run) => [
  ...(run.status === undefined ? [] : [`${t("Response")} ${run.status}`]),
  ...(run.time === undefined ? [] : [`${run.time.toFixed(0)} ms`]),
  ...(run.errors.length === 0 ? [] : [`${failures(run)}: ${run.errors[0]?.message}`]),
];

/** Plan and trace have views of their own. */
const shown = ({ extensions, hasNext: _, ...payload }: Payload): Payload => {
  const { plan: _plan, trace: _trace, ...others } = extensions ?? {};
  return Object.keys(others).length > 0 ? { ...payload, extensions: others } : payload;
};

export const size = (bytes: number) => (bytes < 2048 ? `${bytes} B` : `${decimal(bytes / 1024, 1)} KiB`);
