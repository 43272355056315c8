// The plan of what is in the editor: asked for while it is written, and never executed.
import { type GraphQLSchema, parse, print } from "graphql";
import { useEffect, useState } from "preact/hooks";
import { nameIn, parsed } from "./document";
import { headersIn, together } from "./headers";
import { t } from "./language";
import { page, short, shortName, useNarrow } from "./page";
import { boxOf, layout, pathText, type PlanFetch, type PlanJson } from "./plan-layout";
import type { Tab } from "./state";
import { colourOf } from "./subgraphs";
import { IN_PARTS } from "./transport";

/** Milliseconds after the last key. */
const PAUSE = 250;

/** The last plan, which may be of an earlier text, and what is wrong with the text as it is now. */
interface Told { plan?: PlanJson; of?: string; cost?: number; problem?: string }

/** What an operation is called: its name, or how it begins. */
const calling = (name: string | undefined, query: string) => name ?? query.replace(/\s+/g, " ").trim().slice(0, 60);

const explain = async (tab: Tab, signal: AbortSignal): Promise<Told> => {
  let variables: unknown;
  try {
    variables = tab.variables.trim() ? JSON.parse(tab.variables) : undefined;
  } catch {
    variables = undefined;
  }
  const given = headersIn(tab.headers);
  if (typeof given === "string") return { problem: given };
  const name = nameIn(parsed(tab.query), tab.operation);
  const parts = IN_PARTS.test(tab.query) ? "multipart/mixed;deferSpec=20220824, " : "";
  const response = await fetch(page.endpoint, {
    method: "POST",
    signal,
    // Whatever the reader's headers ask for, nothing is executed.
    headers: together(given, { accept: `${parts}application/json`, "content-type": "application/json", "abaque-expose-plan": "dry-run" }),
    body: JSON.stringify({ query: tab.query, operationName: name, variables }),
  });
  const { extensions, errors } = await response.json();
  return extensions?.plan ? { plan: extensions.plan, of: calling(name, tab.query), cost: extensions.cost?.estimated } : { problem: errors?.[0]?.message ?? String(response.status) };
};

interface Props { tab: Tab; schema: GraphQLSchema | undefined; selected: number | undefined; select: (id: number | undefined) => void }

export function Plan({ tab, schema, selected, select }: Props) {
  const [told, setTold] = useState<Told>({});
  useEffect(() => {
    const abort = new AbortController();
    const timer = setTimeout(() => {
      explain(tab, abort.signal).then(
        // What is being typed is not valid yet: the last plan stays, with what is wrong beside it.
        (next) => setTold((before) => (next.plan ? next : { ...before, ...next })),
        (error: Error) => error.name !== "AbortError" && setTold((before) => ({ ...before, problem: error.message })),
      );
    }, PAUSE);
    return () => (clearTimeout(timer), abort.abort());
  }, [tab.query, tab.variables, tab.operation, tab.headers, schema]);
  const { plan, of, cost, problem } = told;
  const fetch_ = plan?.fetches.find(({ id }) => id === selected);
  return (
    <div class={`plan ${plan && problem ? "stale" : ""}`}>
      <p class="facts" role="status">
        <strong>{t("The plan of")} {of ?? calling(nameIn(parsed(tab.query), tab.operation), tab.query)}</strong>
        {plan && problem && <span>({t("the last plan that was valid")})</span>}
        {plan && <span>{t("Requests")}: {plan.fetches.length}</span>}
        {plan && <span>{t("Steps")}: {plan.steps}</span>}
        {cost !== undefined && <span>{t("Estimated cost")}: {cost}</span>}
        {problem && <span class="bad">{problem}</span>}
      </p>
      {plan && plan.fetches.length === 0 && <p class="note">{t("Nothing is sent to a subgraph.")}</p>}
      {plan && plan.fetches.length > 0 && <Drawing plan={plan} selected={selected} select={select} />}
      {plan && (fetch_ ? <Details plan={plan} fetch={fetch_} /> : plan.fetches.length > 0 && <p class="note">{t("Choose a request to see what it sends.")}</p>)}
    </div>
  );
}

function Drawing({ plan, selected, select }: { plan: PlanJson; selected: number | undefined; select: (id: number) => void }) {
  const size = boxOf(useNarrow());
  const { boxes, width, height } = layout(plan, size);
  const at = new Map(boxes.map((box) => [box.fetch.id, box]));
  return (
    <div class="drawing" tabIndex={0} role="group" aria-label={t("Plan")}>
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
        <defs><marker id="head" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" class="arrow-head" /></marker></defs>
        {boxes.flatMap((box) => box.fetch.dependsOn.map((id) => {
          const from = at.get(id);
          if (!from) return null;
          const [x1, y1, x2, y2] = [from.x + size.width, from.y + size.height / 2, box.x, box.y + size.height / 2];
          const bend = Math.max((x2 - x1) / 2, 20);
          return <path key={`${id}-${box.fetch.id}`} class="arrow" marker-end="url(#head)" d={`M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`} />;
        }))}
        {boxes.map(({ fetch, x, y }) => (
          <g key={fetch.id} class={`box ${colourOf(fetch.subgraph)} ${fetch.id === selected ? "selected" : ""}`} role="button" tabindex={0} aria-pressed={fetch.id === selected}
            onClick={() => select(fetch.id)} onKeyDown={(event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); select(fetch.id); } }}>
            <rect x={x} y={y} width={size.width} height={size.height} rx="8" class={fetch.deferred ? "dashed" : ""} />
            <text x={x + 12} y={y + 25} class="name">{shortName(fetch.subgraph, size.width - 24)}</text>
            <text x={x + 12} y={y + 46} class="detail">{short(`${fetch.id} · ${fetch.entities ? [...new Set(typesOf(fetch))].join(", ") : t("root fields")}${fetch.deferred ? ` · ${t("deferred")}` : ""}`, (size.width - 24) * 1.2)}</text>
            <title>{fetch.subgraph} · {fetch.id}</title>
          </g>
        ))}
      </svg>
    </div>
  );
}

function Details({ plan, fetch }: { plan: PlanJson; fetch: PlanFetch }) {
  const after = plan.fetches.filter(({ dependsOn }) => dependsOn.includes(fetch.id));
  return (
    <section class="details" aria-label={`${t("request")} ${fetch.id}`}>
      <h2><span class={`badge ${colourOf(fetch.subgraph)}`}>{fetch.subgraph}</span> {t("request")} {fetch.id}, {t("Step").toLowerCase()} {fetch.step}</h2>
      <div class="columns">
        <div>
          <h3>{t("What is sent")}</h3>
          <pre tabIndex={0}>{pretty(fetch.operation)}</pre>
        </div>
        <div>
          {fetch.entities && (
            <>
              <h3>{t("Representations")}</h3>
              {fetch.entities.map((entity, index) => <pre key={index} tabIndex={0}>{entity.representations.map(({ fields }) => fields).join("\n")}</pre>)}
            </>
          )}
          <h3>{t("Why")}</h3>
          <ul>
            <li>{t("needed for")} <strong>{brings(fetch).join(", ")}</strong></li>
            {fetch.entities?.map((entity, index) => <li key={index}>{t("to complete")} {typesOf({ ...fetch, entities: [entity] }).join(", ")} {t("at")} {entity.paths.map(pathText).join("; ")}</li>)}
            {fetch.dependsOn.length > 0 && <li>{t("waits for")} {fetch.dependsOn.map((id) => `${id} (${plan.fetches.find((other) => other.id === id)?.subgraph})`).join(", ")}</li>}
            {after.length > 0 && <li>{t("needed by")} {after.map(({ id, subgraph }) => `${id} (${subgraph})`).join(", ")}</li>}
            {fetch.condition && <li><code>{fetch.condition}</code></li>}
            {fetch.slow && <li><code>slow: {fetch.slow}</code></li>}
          </ul>
        </div>
      </div>
    </section>
  );
}

const pretty = (operation: string) => {
  try {
    return print(parse(operation));
  } catch {
    return operation;
  }
};
const typesOf = (fetch: PlanFetch) => (fetch.entities ?? []).flatMap(({ representations }) => representations.map(({ on, fields }) => on.join("|") || /^\w+/.exec(fields)?.[0] || ""));

/** The fields that a request brings, at its first level: of entities those of the entities. */
const brings = (fetch: PlanFetch): string[] => {
  const names = new Set<string>();
  const visit = (set: any, depth: number) => {
    for (const selection of set?.selections ?? []) {
      if (selection.kind !== "Field") visit(selection.selectionSet, depth);
      else if (selection.name.value === "_entities" && depth === 0) visit(selection.selectionSet, 1);
      else if (selection.name.value !== "__typename") names.add((selection.alias ?? selection.name).value);
    }
  };
  visit((parsed(fetch.operation)?.definitions[0] as any)?.selectionSet, 0);
  return [...names].slice(0, 12);
};
