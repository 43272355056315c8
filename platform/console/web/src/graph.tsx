// The supergraph as a map: subgraphs, the entities that they share, and who resolves which field.
import { useEffect, useState } from "preact/hooks";
import { Changes, type LastChanges } from "./changes";
import { t } from "./language";
import { CHARACTER, page, shortName, useNarrow } from "./page";
import { colourOf } from "./subgraphs";
import { definitionOf, type DirectiveOf, found as foundIn, type Map_, onlyRefers, type Owner, read, type TypeOf } from "./supergraph";

const MAX_FOUND = 80;
const ROW = 46;

/** Where the subgraphs end, where the types begin, and where these end. Wide drawings are as wide as the names want, within a bound. */
const columns = (map: Map_, types: TypeOf[], narrow: boolean): [number, number, number] => {
  if (narrow) return [152, 200, 352];
  const wanted = (names: string[]) => Math.ceil(Math.min(Math.max(18, ...names.map(({ length }) => length + 1)), 48) * CHARACTER) + 28;
  const left = wanted(map.subgraphs.map(({ name }) => name)) + 4;
  return [left, left + 170, left + 170 + wanted(types.map(({ name }) => name)) + 4];
};

interface Props {
  /** How often another schema took effect: what is shown is read again then. */
  changes: number;
  /** The coordinate that is looked at. */
  selected: string | undefined;
  select: (coordinate: string) => void;
}

export function Graph({ changes, selected, select }: Props) {
  const [map, setMap] = useState<Map_>();
  const [api, setApi] = useState("");
  const [problem, setProblem] = useState<string>();
  const [search, setSearch] = useState("");
  const [hints, setHints] = useState<any[]>();
  const [served, setServed] = useState<{ changes?: LastChanges | null; since?: string }>();
  useEffect(() => {
    let left = false;
    const text = async (address: string | undefined) => {
      const response = await fetch(address ?? "");
      if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
      return response.text();
    };
    const look = () => Promise.all([text(page.graph), text(page.api)]).then(
      ([supergraph, api]) => left || (setMap(read(supergraph)), setApi(api), setProblem(undefined)),
      (error: Error) => left || setProblem(error.message),
    );
    look();
    if (page.status) {
      fetch(page.status).then(async (answer) => {
        const { schema } = await answer.json();
        if (left) return;
        setHints(schema?.hints ?? []);
        if (schema) setServed(schema);
      }).catch(() => left || setHints(undefined));
    }
    // Where the state is not shown, nothing says that another schema took effect: one may have while the reader was elsewhere.
    else addEventListener("focus", look);
    return () => {
      left = true;
      removeEventListener("focus", look);
    };
  }, [changes]);
  if (!map) return problem ? <p class="note bad">{problem}</p> : <p class="note">{t("Loading…")}</p>;
  const [chosen, member] = selected?.split(/[.(]/) ?? [];
  const type = map.types.find(({ name }) => name === chosen);
  const directive = map.directives.find(({ name }) => name === chosen);
  const found = search ? foundIn(map, search, MAX_FOUND) : [];
  return (
    <div class="graph">
      {problem && <p class="note bad" role="status">{problem}</p>}
      <input type="search" value={search} placeholder={t("Search types and fields")} aria-label={t("Search types and fields")} onInput={(event) => setSearch(event.currentTarget.value)} />
      {search && (
        <ul class="found" aria-label={t("Matches")}>
          {found.map((coordinate) => <li key={coordinate}><button type="button" class="link" onClick={() => select(coordinate)}>{coordinate}</button></li>)}
        </ul>
      )}
      <Drawing map={map} selected={chosen} select={select} />
      {type && <TypeView type={type} api={api} member={member} search={search} />}
      {directive && <DirectiveView directive={directive} api={api} />}
      {!type && !directive && <p class="note">{t("Choose a type to see who resolves its fields.")}</p>}
      {served && <Changes changes={served.changes} since={served.since} select={select} />}
      {hints && (
        <details class="hints">
          <summary>{t("Hints")} ({hints.length})</summary>
          {hints.length === 0 ? <p>{t("No hints.")}</p> : <ul>{hints.map((hint, index) => <li key={index}><code>{hint.code}</code> {hint.message}</li>)}</ul>}
        </details>
      )}
    </div>
  );
}

function Drawing({ map, selected, select }: { map: Map_; selected: string | undefined; select: (name: string) => void }) {
  const entities = map.types.filter(({ isEntity, name }) => isEntity || name === selected);
  const [left, right, width] = columns(map, entities, useNarrow());
  const bend = (right - left) / 2;
  const rows = Math.max(map.subgraphs.length, entities.length, 1);
  const y = (index: number, count: number) => ((index + 0.5) * rows * ROW) / Math.max(count, 1);
  const height = rows * ROW;
  return (
    <>
      <div class="drawing" tabIndex={0} role="group" aria-label={`${t("Subgraphs")}, ${t("Entities")}`}>
        <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
          {entities.flatMap((entity, row) => entity.in.map((member) => {
            const { subgraph } = member;
            const from = map.subgraphs.findIndex(({ name }) => name === subgraph);
            if (from < 0) return null;
            const [y1, y2] = [y(from, map.subgraphs.length), y(row, entities.length)];
            return <path key={`${entity.name}-${subgraph}`} class={`edge ${colourOf(subgraph)} ${entity.name === selected ? "selected" : ""} ${onlyRefers(member) ? "refers" : ""}`} d={`M${left} ${y1}C${left + bend} ${y1} ${right - bend} ${y2} ${right} ${y2}`} />;
          }))}
          {map.subgraphs.map(({ name }, row) => (
            <g key={name} class={`box ${colourOf(name)}`}>
              <rect x="4" y={y(row, map.subgraphs.length) - 17} width={left - 4} height="34" rx="8" />
              <text x="16" y={y(row, map.subgraphs.length) + 5} class="name">{shortName(name, left - 28)}</text>
              <title>{name}</title>
            </g>
          ))}
          {entities.map((entity, row) => (
            <g key={entity.name} class={`box entity ${entity.name === selected ? "selected" : ""}`} role="button" tabindex={0} aria-pressed={entity.name === selected} aria-label={`${entity.name}: ${entity.in.map((member) => `${member.subgraph}${onlyRefers(member) ? ` (${t("reference only")})` : ""}`).join(", ")}`}
              onClick={() => select(entity.name)} onKeyDown={(event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); select(entity.name); } }}>
              <rect x={right} y={y(row, entities.length) - 17} width={width - right - 4} height="34" rx="8" />
              <text x={right + 12} y={y(row, entities.length) + 5} class="name">{shortName(entity.name, width - right - 28)}</text>
              <title>{entity.name}</title>
            </g>
          ))}
        </svg>
      </div>
      {entities.some((entity) => entity.in.some(onlyRefers)) && <p class="note">{t("A dashed line: the subgraph only refers to the entity, and resolves none of its fields by that key.")}</p>}
    </>
  );
}

function TypeView({ type, api, member, search }: { type: TypeOf; api: string; member: string | undefined; search: string }) {
  const wanted = search.split(/[.(]/)[1]?.toLowerCase();
  const isWanted = (name: string) => name === member || (wanted !== undefined && wanted !== "" && name.toLowerCase().includes(wanted));
  return (
    <section class="details" aria-label={type.name}>
      <h2>{type.name} <small>{t(type.kind)}</small></h2>
      <p>
        {type.in.map(({ subgraph, keys, isInterfaceObject }) => (
          <span key={subgraph} class={`badge ${colourOf(subgraph)}`}>
            {subgraph}
            {isInterfaceObject && <code> @interfaceObject</code>}
            {keys.map(({ fields, resolvable }) => <code key={fields}> @key({fields}{!resolvable && ", resolvable: false"})</code>)}
          </span>
        ))}
      </p>
      {type.fields.length > 0 && (
        <div class="scroll" tabIndex={0} role="group" aria-label={t("Fields")}>
          <table>
            <thead><tr><th scope="col">{t("Field")}</th><th scope="col">{t("Type")}</th><th scope="col">{t("Resolved by")}</th></tr></thead>
            <tbody>
              {type.fields.map(({ name, type: ofType, arguments: taken, owners }) => (
                <tr key={name} class={isWanted(name) ? "critical" : ""}>
                  <th scope="row"><code>{name}</code>{taken.length > 0 && <small> ({taken.map(({ text }) => text).join(", ")})</small>}</th>
                  <td><code>{ofType}</code></td>
                  <td>{owners.map((owner) => <OwnerView key={owner.subgraph} {...owner} />)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {type.values.length > 0 && (
        <div class="scroll" tabIndex={0} role="group" aria-label={t("Values")}>
          <table>
            <thead><tr><th scope="col">{t("Value")}</th><th scope="col">{t("Subgraphs")}</th></tr></thead>
            <tbody>
              {type.values.map(({ name, in: some }) => (
                <tr key={name} class={isWanted(name) ? "critical" : ""}>
                  <th scope="row"><code>{name}</code></th>
                  <td>{some.map((subgraph) => <span key={subgraph} class={`badge ${colourOf(subgraph)}`}>{subgraph}</span>)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Definitions api={definitionOf(api, type.name)} composed={type.sdl} />
    </section>
  );
}

function OwnerView({ subgraph, requires, provides, override, label, external }: Owner) {
  return (
    <span class="owner">
      <span class={`badge ${colourOf(subgraph)}`}>{subgraph}</span>
      {external && <code>@external</code>}
      {requires && <code>@requires({requires})</code>}
      {provides && <code>@provides({provides})</code>}
      {override && <code>@override({override}{label && `, label: ${label}`})</code>}
      {label && !override && <span>{t("unless")} <code>{label}</code></span>}
    </span>
  );
}

function DirectiveView({ directive: { name, sdl }, api }: { directive: DirectiveOf; api: string }) {
  return (
    <section class="details" aria-label={name}>
      <h2>{name} <small>{t("directive")}</small></h2>
      <Definitions api={definitionOf(api, name)} composed={sdl} />
    </section>
  );
}

function Definitions({ api, composed }: { api: string; composed: string }) {
  return (
    <div class="columns">
      <div><h3>{t("What clients see")}</h3><pre tabIndex={0}>{api}</pre></div>
      <div><h3>{t("How it is composed")}</h3><pre tabIndex={0}>{composed}</pre></div>
    </div>
  );
}
