// The types of the schema, to be read and searched.
import { astFromValue, type GraphQLArgument, type GraphQLField, type GraphQLInputField, type GraphQLNamedType, type GraphQLSchema, type GraphQLType, getNamedType, isAbstractType, isEnumType, isInputObjectType, isInterfaceType, isObjectType, print } from "graphql";
import { useState } from "preact/hooks";
import { t } from "./language";

const MAX_FOUND = 60;
type AnyField = GraphQLField<unknown, unknown> | GraphQLInputField;

export function Docs({ schema, problem }: { schema: GraphQLSchema | undefined; problem: string | undefined }) {
  const [path, setPath] = useState<string[]>([]);
  const [search, setSearch] = useState("");
  if (!schema) return problem ? <p class="note bad">{t("The schema cannot be read: ") + problem}</p> : <p class="note">{t("Loading…")}</p>;
  const open = (name: string) => (setPath([...path, name]), setSearch(""));
  const current = schema.getType(path.at(-1) ?? "");
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].filter((type) => type != null);
  return (
    <section class="docs" aria-label={t("Documentation")}>
      <input type="search" value={search} placeholder={t("Search types and fields")} aria-label={t("Search types and fields")} onInput={(event) => setSearch(event.currentTarget.value)} />
      {search ? (
        <ul class="found">
          {find(schema, search).map(({ type, field }) => (
            <li key={`${type}.${field}`}><button type="button" class="link" onClick={() => open(type)}>{field ? `${type}.${field}` : type}</button></li>
          ))}
        </ul>
      ) : current ? (
        <>
          <button type="button" class="link" onClick={() => setPath(path.slice(0, -1))}>← {t("Back")}</button>
          <TypeDocs type={current} schema={schema} open={open} />
        </>
      ) : (
        <>
          {schema.description && <p class="description"><Prose text={schema.description} /></p>}
          {roots.map((type) => <TypeDocs key={type.name} type={type} schema={schema} open={open} />)}
        </>
      )}
    </section>
  );
}

const find = (schema: GraphQLSchema, text: string) => {
  const wanted = text.toLowerCase();
  const found: { type: string; field?: string }[] = [];
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith("__")) continue;
    if (type.name.toLowerCase().includes(wanted)) found.push({ type: type.name });
    for (const field of fieldsOf(type)) {
      if (`${type.name}.${field.name}`.toLowerCase().includes(wanted)) found.push({ type: type.name, field: field.name });
    }
  }
  return found.slice(0, MAX_FOUND);
};

const fieldsOf = (type: GraphQLNamedType): AnyField[] =>
  isObjectType(type) || isInterfaceType(type) || isInputObjectType(type) ? Object.values<AnyField>(type.getFields()) : [];

function TypeDocs({ type, schema, open }: { type: GraphQLNamedType; schema: GraphQLSchema; open: (name: string) => void }) {
  const possible = isAbstractType(type) ? schema.getPossibleTypes(type) : [];
  return (
    <article>
      <h3>{type.name}</h3>
      {type.description && <p class="description"><Prose text={type.description} /></p>}
      {possible.length > 0 && <p>{t("Possible types")}: {possible.map((each) => <Link key={each.name} type={each} open={open} />)}</p>}
      {isEnumType(type) && <ul>{type.getValues().map((value) => <li key={value.name}><code>{value.name}</code> {value.description && <Prose text={value.description} />}</li>)}</ul>}
      <dl>
        {fieldsOf(type).map((field) => (
          <div key={field.name} class="field">
            <dt>
              <code class="field-name">{field.name}</code>
              {"args" in field && field.args.length > 0 && <code>({field.args.map((arg, index) => <span key={arg.name}>{index > 0 && ", "}{arg.name}: <Link type={arg.type} open={open} />{byDefault(arg)}</span>)})</code>}
              <code>: <Link type={field.type} open={open} />{!("args" in field) && byDefault(field)}</code>
            </dt>
            <dd>
              {field.deprecationReason && <p><strong>{t("Deprecated")}</strong> <Prose text={field.deprecationReason} /></p>}
              {field.description && <p class="description"><Prose text={field.description} /></p>}
              {"args" in field && <Arguments all={field.args} />}
            </dd>
          </div>
        ))}
      </dl>
    </article>
  );
}

/** What is said of arguments beside their types. */
function Arguments({ all }: { all: readonly GraphQLArgument[] }) {
  const told = all.filter(({ description, deprecationReason }) => description || deprecationReason);
  if (told.length === 0) return null;
  return (
    <ul aria-label={t("Arguments")}>
      {told.map(({ name, description, deprecationReason }) => (
        <li key={name} class="description">
          <code>{name}</code> {deprecationReason && <><strong>{t("Deprecated")}</strong> <Prose text={deprecationReason} /> </>}{description && <Prose text={description} />}
        </li>
      ))}
    </ul>
  );
}

/** ` = ECHANTILLON`: what is taken where nothing is given. */
const byDefault = ({ defaultValue, type }: GraphQLArgument | GraphQLInputField): string => {
  if (defaultValue === undefined) return "";
  try {
    const value = astFromValue(defaultValue, type);
    return value ? ` = ${print(value)}` : "";
  } catch {
    // A scalar of the API's own, which no literal of the standard ones writes.
    return ` = ${JSON.stringify(defaultValue)}`;
  }
};

/** What descriptions use most of Markdown: code, and what is emphasised. All else stays as it is written. */
function Prose({ text }: { text: string }) {
  const parts = text.split(/(`[^`\n]+`|\*\*[^*\n]+\*\*|(?<![\w*])\*[^*\s][^*]*\*(?![\w*]))/);
  return (
    <>
      {parts.map((part, index) => {
        if (index % 2 === 0) return part;
        if (part.startsWith("`")) return <code key={index}>{part.slice(1, -1)}</code>;
        return part.startsWith("**") ? <strong key={index}>{part.slice(2, -2)}</strong> : <em key={index}>{part.slice(1, -1)}</em>;
      })}
    </>
  );
}

function Link({ type, open }: { type: GraphQLType; open: (name: string) => void }) {
  return <button type="button" class="link type" onClick={() => open(getNamedType(type).name)}>{String(type)}</button>;
}
