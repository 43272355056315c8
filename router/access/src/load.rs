//! The rules of a schema, numbered.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{Name, Schema};
use federation::spec::catalog;
use federation::{FieldSetSelection, Supergraph};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::rights::{Holder, Nobody, Rights, Set, Sets, has};
use crate::rules::{Names, Rule};

/// The number of a rule.
pub(crate) type RuleId = usize;

/// The access rules of one schema.
#[derive(Debug)]
pub struct Access {
    id: u64,
    pub(crate) rules: Vec<Rule>,
    /// All that must hold to read anything of objects of a type, or values of a scalar or an enum.
    pub(crate) types: FxHashMap<Name, Vec<RuleId>>,
    /// All that must hold to read a field, by the names of its object type and its own.
    pub(crate) fields: FxHashMap<Name, FxHashMap<Name, Vec<RuleId>>>,
    /// The object types that a composite type can be.
    pub(crate) possible: FxHashMap<Name, Vec<Name>>,
    sets: Sets,
    nobody: OnceLock<Rights>,
}

/// Tells the [`Access`]es of a process apart.
static NEXT: AtomicU64 = AtomicU64::new(1);

impl Access {
    /// The rules of a supergraph, except for those of specifications that are `delegated` by name; nothing where there are none.
    pub fn of(supergraph: &Supergraph, delegated: &[String]) -> Option<Self> {
        let directive = |identity: &str, name: &str| {
            let here = !delegated.iter().any(|known| known == name);
            here.then(|| supergraph.directive_name(identity, name))
                .flatten()
        };
        let names = Names {
            authenticated: directive(catalog::AUTHENTICATED, "authenticated"),
            scopes: directive(catalog::REQUIRES_SCOPES, "requiresScopes"),
            policy: directive(catalog::POLICY, "policy"),
        };
        if names.is_empty() {
            return None;
        }
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        let mut access = Self {
            id,
            rules: Vec::new(),
            types: FxHashMap::default(),
            fields: FxHashMap::default(),
            possible: possible(supergraph.schema()),
            sets: Sets::beginning_at(u128::from(id) << 64),
            nobody: OnceLock::new(),
        };
        access.read(supergraph.schema(), &names);
        if access.rules.is_empty() {
            return None;
        }
        access.follow(supergraph);
        Some(access)
    }

    /// Another one for each schema.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// What somebody may see.
    pub fn rights(&self, holder: &dyn Holder) -> Rights {
        self.rights_where(|rule| rule.holds(holder))
    }

    fn rights_where(&self, holds: impl Fn(&Rule) -> bool) -> Rights {
        let mut set = vec![0_u64; self.rules.len().div_ceil(64)];
        for (id, rule) in self.rules.iter().enumerate() {
            if holds(rule) {
                set[id / 64] |= 1 << (id % 64);
            }
        }
        self.sets.rights(self.rules.len(), &set)
    }

    /// What somebody without a token may see, worked out once.
    pub fn rights_of_nobody(&self) -> Rights {
        let known = *self.nobody.get_or_init(|| self.rights(&Nobody));
        match self.remembers(known) {
            true => known,
            false => self.rights(&Nobody),
        }
    }

    /// Whether rights that were worked out earlier can be used: sets of many rules are not remembered for ever.
    pub fn remembers(&self, rights: Rights) -> bool {
        self.sets.remembers(self.rules.len(), rights)
    }

    /// What rights by the rules of another schema are by these, as far as that can be known: rules that are in both hold where they did, and the others where they
    /// hold for anybody.
    pub fn translate(&self, from: Option<&Self>, rights: Rights) -> Rights {
        let mut held = FxHashSet::default();
        if let Some(from) = from {
            let set = from.set(rights);
            let rules = from.rules.iter().enumerate();
            let rules = rules.filter(|(id, _)| has(&set, *id));
            held.extend(rules.map(|(_, rule)| rule));
        }
        self.rights_where(|rule| held.contains(rule) || rule.holds(&Nobody))
    }

    /// The policies that rules name, sorted.
    pub fn policies(&self) -> Vec<&str> {
        let all = self.rules.iter().filter_map(|rule| rule.policies.as_ref());
        let mut names: Vec<&str> = all.flatten().flatten().map(String::as_str).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    pub(crate) fn set(&self, rights: Rights) -> Set {
        self.sets.set(self.rules.len(), rights)
    }

    fn read(&mut self, schema: &Schema, names: &Names) {
        let mut known: FxHashMap<Rule, RuleId> = FxHashMap::default();
        let mut interfaces = Vec::new();
        for (name, ty) in &schema.types {
            let rule = names.read(ty.directives().iter().map(|directive| &directive.node));
            match ty {
                ExtendedType::Interface(interface) => {
                    let fields = interface.fields.iter().filter_map(|(name, field)| {
                        Some((name.clone(), names.read(field.directives.iter())?))
                    });
                    interfaces.push((name, rule, fields.collect::<Vec<_>>()));
                    continue;
                }
                ExtendedType::Object(object) => {
                    for (field, definition) in &object.fields {
                        if let Some(rule) = names.read(definition.directives.iter()) {
                            let id = self.number(rule, &mut known);
                            self.add_field(name, field, id);
                        }
                    }
                }
                _ => {}
            }
            if let Some(rule) = rule {
                let id = self.number(rule, &mut known);
                self.add_type(name, id);
            }
        }
        // As written, before anything is inherited from interfaces.
        let (types, fields) = (self.types.clone(), self.fields.clone());
        for (name, rule, own) in interfaces {
            let objects = self.possible.get(name).cloned().unwrap_or_default();
            let rules =
                |ids: Option<&Vec<RuleId>>| ids.into_iter().flatten().copied().collect::<Vec<_>>();
            if let Some(rule) = rule {
                let ids = objects.iter().flat_map(|object| rules(types.get(object)));
                if !self.is_inherited(&rule, ids.collect()) {
                    let id = self.number(rule, &mut known);
                    for object in &objects {
                        self.add_type(object, id);
                    }
                }
            }
            for (field, rule) in own {
                let of = |object: &Name| fields.get(object).and_then(|all| all.get(&field));
                let ids = objects.iter().flat_map(|object| rules(of(object)));
                if !self.is_inherited(&rule, ids.collect()) {
                    let id = self.number(rule, &mut known);
                    for object in &objects {
                        self.add_field(object, &field, id);
                    }
                }
            }
        }
    }

    fn is_inherited(&self, rule: &Rule, from: Vec<RuleId>) -> bool {
        let distinct: FxHashSet<RuleId> = from.into_iter().collect();
        let rules: Vec<&Rule> = distinct.into_iter().map(|id| &self.rules[id]).collect();
        rule.is_implied_by(&rules)
    }

    fn number(&mut self, rule: Rule, known: &mut FxHashMap<Rule, RuleId>) -> RuleId {
        let rules = &mut self.rules;
        *known.entry(rule).or_insert_with_key(|rule| {
            rules.push(rule.clone());
            rules.len() - 1
        })
    }

    fn add_type(&mut self, ty: &Name, rule: RuleId) {
        add(self.types.entry(ty.clone()).or_default(), rule);
    }

    fn add_field(&mut self, ty: &Name, field: &Name, rule: RuleId) -> bool {
        let fields = self.fields.entry(ty.clone()).or_default();
        add(fields.entry(field.clone()).or_default(), rule)
    }

    /// A field that a subgraph resolves out of others, by `@requires` or from a context, needs what these need. Composition demands that it says so itself;
    /// a supergraph that was composed elsewhere may not.
    fn follow(&mut self, supergraph: &Supergraph) {
        let mut needs = Vec::new();
        for ty in supergraph.types().values() {
            for field in ty.fields.values() {
                let mut sets = Vec::new();
                for there in &field.in_subgraphs {
                    sets.extend(there.requires.iter().map(|set| (&ty.name, set)));
                    for argument in &there.context_arguments {
                        let setting = supergraph.types().values();
                        let setting = setting.filter(|ty| ty.contexts.contains(&argument.context));
                        sets.extend(setting.map(|ty| (&ty.name, &argument.selection)));
                    }
                }
                if !sets.is_empty() {
                    needs.push((&ty.name, &field.name, sets));
                }
            }
        }
        // Until nothing is added, which each further round does: a rule that was not followed to the end would let its field be read.
        let mut grown = true;
        while grown {
            grown = false;
            for (ty, field, sets) in &needs {
                let mut found = FxHashSet::default();
                for (parent, set) in sets {
                    self.needed(supergraph.schema(), parent, &set.selections, &mut found);
                }
                for object in self.possible.get(*ty).cloned().unwrap_or_default() {
                    for &rule in &found {
                        grown |= self.add_field(&object, field, rule);
                    }
                }
            }
        }
    }

    /// The rules of what a field set selects.
    fn needed(
        &self,
        schema: &Schema,
        parent: &Name,
        selections: &[FieldSetSelection],
        found: &mut FxHashSet<RuleId>,
    ) {
        let objects = self.possible.get(parent).map(Vec::as_slice);
        for selection in selections {
            match selection {
                FieldSetSelection::Field {
                    name, selections, ..
                } => {
                    for object in objects.unwrap_or_default() {
                        let rules = self.fields.get(object).and_then(|fields| fields.get(name));
                        found.extend(rules.into_iter().flatten());
                    }
                    let Ok(field) = schema.type_field(parent, name) else {
                        continue;
                    };
                    let ty = field.ty.inner_named_type();
                    let of_type = self.possible.get(ty).map(Vec::as_slice);
                    for ty in of_type.unwrap_or(std::slice::from_ref(ty)) {
                        found.extend(self.types.get(ty).into_iter().flatten());
                    }
                    self.needed(schema, ty, &selections.selections, found);
                }
                FieldSetSelection::InlineFragment { on, selections } => {
                    let ty = on.as_ref().unwrap_or(parent);
                    self.needed(schema, ty, &selections.selections, found);
                }
            }
        }
    }
}

/// Returns whether it was new.
fn add(rules: &mut Vec<RuleId>, rule: RuleId) -> bool {
    let is_new = !rules.contains(&rule);
    if is_new {
        rules.push(rule);
    }
    is_new
}

fn possible(schema: &Schema) -> FxHashMap<Name, Vec<Name>> {
    let mut possible: FxHashMap<Name, Vec<Name>> = FxHashMap::default();
    for (name, ty) in &schema.types {
        match ty {
            ExtendedType::Object(object) => {
                possible.entry(name.clone()).or_default().push(name.clone());
                for interface in &object.implements_interfaces {
                    let objects = possible.entry(interface.name.clone()).or_default();
                    objects.push(name.clone());
                }
            }
            ExtendedType::Union(union_) => {
                let members = union_.members.iter().map(|member| member.name.clone());
                possible.entry(name.clone()).or_default().extend(members);
            }
            _ => {}
        }
    }
    possible.values_mut().for_each(|objects| objects.sort());
    possible
}

#[cfg(test)]
mod tests {
    use apollo_compiler::name;
    use federation::Supergraph;

    use super::Access;

    /// Longer than anybody would count to.
    const CHAIN: usize = 200;

    /// Each field needs the next one, and only the last says who may read it.
    fn chained() -> Supergraph {
        let fields = (0..CHAIN).map(|number| {
            let (graph, next) = (["A", "B"][number % 2], number + 1);
            let other = ["B", "A"][number % 2];
            format!(
                "f{number}: Int @join__field(graph: {graph}, requires: \"f{next}\") @join__field(graph: {other}, external: true)\n"
            )
        });
        let fields: String = fields.collect();
        let last = ["A", "B"][CHAIN % 2];
        let other = ["B", "A"][CHAIN % 2];
        let sdl = format!(
            r#"schema
                @link(url: "https://specs.apollo.dev/link/v1.0")
                @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION)
                @link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY)
            {{ query: Query }}
            directive @authenticated on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM
            directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
            directive @join__graph(name: String!, url: String!) on ENUM_VALUE
            directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
            directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
            scalar join__FieldSet
            scalar link__Import
            enum link__Purpose {{ SECURITY EXECUTION }}
            enum join__Graph {{
                A @join__graph(name: "a", url: "http://a")
                B @join__graph(name: "b", url: "http://b")
            }}
            type Query @join__type(graph: A) @join__type(graph: B) {{ t: T @join__field(graph: A) }}
            type T @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {{
                id: ID!
                {fields}
                f{CHAIN}: Int @authenticated @join__field(graph: {last}) @join__field(graph: {other}, external: true)
            }}"#
        );
        Supergraph::parse(&sdl).expect("a supergraph")
    }

    #[test]
    fn the_first_field_of_a_long_chain_of_needs_has_the_rule_of_the_last() {
        let access = Access::of(&chained(), &[]).expect("it has a rule");
        let fields = &access.fields[&name!(T)];
        assert_eq!(fields.len(), CHAIN + 1);
        assert_eq!(fields[&name!(f0)], fields[&name!(f200)]);
    }
}
