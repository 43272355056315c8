//! What is hidden by its tags.

use std::collections::BTreeSet;

use apollo_compiler::ast::{Directive, FieldDefinition};
use apollo_compiler::collections::IndexMap;
use apollo_compiler::schema::{Component, ExtendedType};
use apollo_compiler::{Name, Node, Schema};

use super::mark::{hide, hide_type};
use super::{Contract, is_machinery};

/// Hides what has an excluded tag, and what needs an included one and has none. `tag` is the name of the directive, where it is linked.
pub(super) fn by_tags(
    schema: &mut Schema,
    tag: Option<&str>,
    contract: &Contract,
    inaccessible: &Name,
) {
    let rules = Rules {
        tag,
        contract,
        inaccessible,
    };
    for (name, ty) in &mut schema.types {
        if !is_machinery(name) && !ty.is_built_in() {
            rules.look(ty);
        }
    }
}

struct Rules<'c> {
    tag: Option<&'c str>,
    contract: &'c Contract,
    inaccessible: &'c Name,
}

impl Rules<'_> {
    fn look(&self, ty: &mut ExtendedType) {
        let of_type = self.tags(ty.directives().iter().map(|directive| &directive.node));
        let needs_tag = ty.is_union() && !self.contract.include_tags.is_empty();
        if self.is_excluded(&of_type) || (needs_tag && !self.is_included(&of_type)) {
            hide_type(ty, self.inaccessible);
        }
        match ty {
            ExtendedType::Object(ty) => self.fields(&mut ty.make_mut().fields, &of_type),
            ExtendedType::Interface(ty) => self.fields(&mut ty.make_mut().fields, &of_type),
            ExtendedType::InputObject(ty) => {
                for field in ty.make_mut().fields.values_mut() {
                    if self.is_excluded(&self.tags(field.directives.iter())) {
                        hide(&mut field.make_mut().directives, self.inaccessible);
                    }
                }
            }
            ExtendedType::Enum(ty) => {
                for value in ty.make_mut().values.values_mut() {
                    if self.is_excluded(&self.tags(value.directives.iter())) {
                        hide(&mut value.make_mut().directives, self.inaccessible);
                    }
                }
            }
            ExtendedType::Scalar(_) | ExtendedType::Union(_) => {}
        }
    }

    fn fields(
        &self,
        fields: &mut IndexMap<Name, Component<FieldDefinition>>,
        of_type: &BTreeSet<String>,
    ) {
        for field in fields.values_mut() {
            let tags = self.tags(field.directives.iter());
            let needs_tag = !self.contract.include_tags.is_empty();
            let is_included = self.is_included(&tags) || self.is_included(of_type);
            let field = field.make_mut();
            if self.is_excluded(&tags) || (needs_tag && !is_included) {
                hide(&mut field.directives, self.inaccessible);
            }
            for argument in &mut field.arguments {
                if self.is_excluded(&self.tags(argument.directives.iter())) {
                    hide(&mut argument.make_mut().directives, self.inaccessible);
                }
            }
        }
    }

    fn tags<'d>(&self, directives: impl Iterator<Item = &'d Node<Directive>>) -> BTreeSet<String> {
        let tags = directives.filter(|directive| Some(directive.name.as_str()) == self.tag);
        let names = tags.filter_map(|tag| tag.specified_argument_by_name("name")?.as_str());
        names.map(str::to_owned).collect()
    }

    fn is_excluded(&self, tags: &BTreeSet<String>) -> bool {
        !tags.is_disjoint(&self.contract.exclude_tags)
    }

    fn is_included(&self, tags: &BTreeSet<String>) -> bool {
        !tags.is_disjoint(&self.contract.include_tags)
    }
}
