// What a supergraph says about who resolves what: <https://specs.apollo.dev/join/v0.5>.
import { type ConstDirectiveNode, type DefinitionNode, Kind, parse, print } from "graphql";

export interface Owner { subgraph: string; requires?: string; provides?: string; override?: string; external: boolean }
export interface FieldOf { name: string; type: string; owners: Owner[] }
export interface TypeOf { name: string; kind: string; in: { subgraph: string; keys: string[] }[]; fields: FieldOf[]; sdl: string; isEntity: boolean }
export interface Map_ { subgraphs: { name: string; url: string }[]; types: TypeOf[] }

const FEATURES = /^(join|link|core|inaccessible|tag)__|^__/;

export const read = (sdl: string): Map_ => {
  const { definitions } = parse(sdl, { noLocation: true });
  const graphs = new Map<string, { name: string; url: string }>();
  for (const definition of definitions) {
    if (definition.kind !== Kind.ENUM_TYPE_DEFINITION || definition.name.value !== "join__Graph") continue;
    for (const value of definition.values ?? []) {
      const [graph] = named(value.directives, "join__graph");
      graphs.set(value.name.value, { name: graph?.name ?? value.name.value, url: graph?.url ?? "" });
    }
  }
  const nameOf = (graph: string | undefined) => graphs.get(graph ?? "")?.name ?? graph ?? "";
  const types = definitions.flatMap((definition): TypeOf[] => {
    if (!("name" in definition) || !definition.name || FEATURES.test(definition.name.value) || definition.kind === Kind.DIRECTIVE_DEFINITION) return [];
    const { directives } = definition as { directives?: readonly ConstDirectiveNode[] };
    const owners = new Map<string, string[]>();
    for (const { graph, key } of named(directives, "join__type")) {
      const keys = owners.get(nameOf(graph)) ?? [];
      owners.set(nameOf(graph), key ? [...keys, key] : keys);
    }
    const all = [...owners.keys()];
    const fields = "fields" in definition ? (definition.fields ?? []) : [];
    return [{
      name: definition.name.value,
      kind: definition.kind.replace("TypeDefinition", ""),
      in: [...owners].map(([subgraph, keys]) => ({ subgraph, keys })),
      isEntity: definition.kind === Kind.OBJECT_TYPE_DEFINITION && [...owners.values()].some((keys) => keys.length > 0),
      fields: fields.map((field) => {
        const told = named(field.directives, "join__field").filter(({ graph, usedOverridden }) => graph && usedOverridden !== "true");
        const everyone = all.map((subgraph) => ({ subgraph, external: false }));
        return {
          name: field.name.value,
          type: print(field.type),
          owners: told.length === 0 ? everyone : told.map((argument) => ({
            subgraph: nameOf(argument.graph),
            external: argument.external === "true",
            ...(argument.requires && { requires: argument.requires }),
            ...(argument.provides && { provides: argument.provides }),
            ...(argument.override && { override: argument.override }),
          })),
        };
      }),
      sdl: print(definition),
    }];
  });
  return { subgraphs: [...graphs.values()], types };
};

/** The definition of one type in a text. */
export const definitionOf = (sdl: string, name: string): string => {
  const found = parse(sdl, { noLocation: true }).definitions.find((definition: DefinitionNode) => "name" in definition && definition.name?.value === name);
  return found ? print(found) : "";
};

const named = (directives: readonly ConstDirectiveNode[] | undefined, name: string): Record<string, string>[] =>
  (directives ?? []).filter((directive) => directive.name.value === name).map(({ arguments: given }) =>
    Object.fromEntries((given ?? []).map(({ name, value }) => [name.value, "value" in value ? String(value.value) : print(value)])),
  );
