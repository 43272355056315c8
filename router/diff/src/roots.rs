//! The root operation types, and what is said about the schema itself.

use apollo_compiler::Schema;
use apollo_compiler::schema::ComponentName;

use crate::applied::{self, Place};
use crate::change::{Changes, Class};
use crate::descriptions::{self, DescriptionKinds};
use crate::kind::Kind;

pub(crate) fn compare(old: &Schema, new: &Schema, changes: &mut Changes) {
    let (was, is) = (&old.schema_definition, &new.schema_definition);
    for (kind, was, is) in [
        (Kind::SchemaQueryTypeChanged, &was.query, &is.query),
        (Kind::SchemaMutationTypeChanged, &was.mutation, &is.mutation),
        (
            Kind::SchemaSubscriptionTypeChanged,
            &was.subscription,
            &is.subscription,
        ),
    ] {
        let name = |root: &Option<ComponentName>| root.as_ref().map(|root| root.name.to_string());
        let (was, is) = (name(was), name(is));
        if was == is {
            continue;
        }
        let judgement = match &was {
            None => (
                Class::Safe,
                "No operation of this kind could be sent before.",
            ),
            Some(_) => (
                Class::Breaking,
                "Operations of this kind are refused, or select from another type.",
            ),
        };
        changes.changed(kind, "schema".to_owned(), [was, is], judgement);
    }
    descriptions::compare(
        DescriptionKinds::only(Kind::SchemaDescriptionChanged),
        || "schema".to_owned(),
        was.description.as_deref(),
        is.description.as_deref(),
        changes,
    );
    let directives = [&was.directives, &is.directives].map(|list| applied::components(list));
    applied::compare(Place::Schema, &|| "schema".to_owned(), &directives, changes);
}
