// What a supergraph says about who resolves what: <https://specs.apollo.dev/join/v0.5>.
import { type ConstDirectiveNode, type DefinitionNode, type FieldDefinitionNode, type InputValueDefinitionNode, Kind, parse, print } from "graphql";

export interface Owner {
  subgraph: string;
  requires?: string;
  provides?: string;
  override?: string;
  /** Where a field is taken over step by step: which requests the new subgraph resolves it for. The old one has the label alone. */
  label?: string;
  external: boolean;
}
export interface FieldOf { name: string; type: string; arguments: { name: string; text: string }[]; owners: Owner[] }
/** A key that is not resolvable only refers to the entity: the subgraph resolves none of its fields by it. */
export interface KeyOf { fields: string; resolvable: boolean }
export interface Membership { subgraph: string; keys: KeyOf[]; isInterfaceObject: boolean }
export interface TypeOf { name: string; kind: string; in: Membership[]; fields: FieldOf[]; values: { name: string; in: string[] }[]; sdl: string; isEntity: boolean }
export interface DirectiveOf { name: string; arguments: string[]; sdl: string }
export interface Map_ { subgraphs: { name: string; url: string }[]; types: TypeOf[]; directives: DirectiveOf[] }

const FEATURES = /^(join|link|core|inaccessible|tag)__|^__/;
/** Directives that say how the supergraph is composed, and nothing about the API. */
const COMPOSING = /__|^(link|core)$/;

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
    const members = membersOf(directives, nameOf);
    const all = members.map(({ subgraph }) => subgraph);
    const fields: readonly (FieldDefinitionNode | InputValueDefinitionNode)[] = "fields" in definition ? (definition.fields ?? []) : [];
    const values = definition.kind === Kind.ENUM_TYPE_DEFINITION ? (definition.values ?? []) : [];
    return [{
      name: definition.name.value,
      kind: definition.kind.replace("TypeDefinition", ""),
      in: members,
      isEntity: ENTITIES.has(definition.kind) && members.some(({ keys }) => keys.length > 0),
      fields: fields.map((field) => ({
        name: field.name.value,
        type: print(field.type),
        arguments: ("arguments" in field ? (field.arguments ?? []) : []).map(({ name, type }) => ({ name: name.value, text: `${name.value}: ${print(type)}` })),
        owners: ownersOf(field.directives, all, nameOf),
      })),
      values: values.map(({ name, directives: applied }) => {
        const some = named(applied, "join__enumValue").map(({ graph }) => nameOf(graph));
        return { name: name.value, in: some.length > 0 ? some : all };
      }),
      sdl: print(definition),
    }];
  });
  const directives = definitions.flatMap((definition): DirectiveOf[] =>
    definition.kind === Kind.DIRECTIVE_DEFINITION && !COMPOSING.test(definition.name.value)
      ? [{ name: `@${definition.name.value}`, arguments: (definition.arguments ?? []).map(({ name }) => name.value), sdl: print(definition) }]
      : [],
  );
  return { subgraphs: [...graphs.values()], types, directives };
};

/** What may have a key: the interface is one entity where a subgraph knows it as an object. */
const ENTITIES: ReadonlySet<string> = new Set([Kind.OBJECT_TYPE_DEFINITION, Kind.INTERFACE_TYPE_DEFINITION]);

const membersOf = (directives: readonly ConstDirectiveNode[] | undefined, nameOf: (graph: string | undefined) => string): Membership[] => {
  const members = new Map<string, Membership>();
  for (const { graph, key, resolvable, isInterfaceObject } of named(directives, "join__type")) {
    const subgraph = nameOf(graph);
    const member = members.get(subgraph) ?? { subgraph, keys: [], isInterfaceObject: false };
    if (key) member.keys.push({ fields: key, resolvable: resolvable !== "false" });
    if (isInterfaceObject === "true") member.isInterfaceObject = true;
    members.set(subgraph, member);
  }
  return [...members.values()];
};

const ownersOf = (directives: readonly ConstDirectiveNode[] | undefined, all: string[], nameOf: (graph: string | undefined) => string): Owner[] => {
  // One that was overridden is left with a field that others of its fields need; with a label, it goes on resolving the field for all other requests.
  const said = named(directives, "join__field").filter(({ graph, usedOverridden, overrideLabel }) => graph && (usedOverridden !== "true" || overrideLabel));
  if (said.length === 0) return all.map((subgraph) => ({ subgraph, external: false }));
  return said.map((argument) => ({
    subgraph: nameOf(argument.graph),
    external: argument.external === "true",
    ...(argument.requires && { requires: argument.requires }),
    ...(argument.provides && { provides: argument.provides }),
    ...(argument.override && { override: argument.override }),
    ...(argument.overrideLabel && { label: argument.overrideLabel }),
  }));
};

/** Whether a subgraph only refers to a type by its keys. */
export const onlyRefers = ({ keys }: Membership): boolean => keys.length > 0 && keys.every(({ resolvable }) => !resolvable);

/** The coordinates that have a text in them, in the order of the definitions: <https://spec.graphql.org/draft/#sec-Schema-Coordinates>. */
export const found = ({ types, directives }: Map_, text: string, most: number): string[] => {
  const wanted = text.toLowerCase();
  const matches: string[] = [];
  for (const coordinate of coordinates(types, directives)) {
    if (!coordinate.toLowerCase().includes(wanted)) continue;
    matches.push(coordinate);
    if (matches.length >= most) break;
  }
  return matches;
};

function* coordinates(types: TypeOf[], directives: DirectiveOf[]): Generator<string> {
  for (const { name, fields, values } of types) {
    yield name;
    for (const field of fields) {
      yield `${name}.${field.name}`;
      for (const argument of field.arguments) yield `${name}.${field.name}(${argument.name}:)`;
    }
    for (const value of values) yield `${name}.${value.name}`;
  }
  for (const directive of directives) {
    yield directive.name;
    for (const argument of directive.arguments) yield `${directive.name}(${argument}:)`;
  }
}

/** The definition of one type in a text, or with an `@` before its name of one directive. */
export const definitionOf = (sdl: string, name: string): string => {
  const isNamed = (definition: DefinitionNode) =>
    "name" in definition && definition.name !== undefined && `${definition.kind === Kind.DIRECTIVE_DEFINITION ? "@" : ""}${definition.name.value}` === name;
  const definition = parse(sdl, { noLocation: true }).definitions.find(isNamed);
  return definition ? print(definition) : "";
};

const named = (directives: readonly ConstDirectiveNode[] | undefined, name: string): Record<string, string>[] =>
  (directives ?? []).filter((directive) => directive.name.value === name).map(({ arguments: given }) =>
    Object.fromEntries((given ?? []).map(({ name, value }) => [name.value, "value" in value ? String(value.value) : print(value)])),
  );
