//! What types things have.

use apollo_compiler::ast::Type;

use crate::graph::{Element, Graph, Kind, Remark};
use crate::rule::Rule;

pub(crate) fn look<'g>(element: &'g Element, graph: &Graph, remarks: &mut Vec<Remark<'g>>) {
    let mut remark = |rule, message| {
        remarks.push(Remark {
            rule,
            element,
            message,
        });
    };
    let coordinate = &element.coordinate;
    match element.kind {
        Kind::Field => {
            let Some(ty) = &element.ty else { return };
            if element.name == "id" && ty.to_string() != "ID!" {
                remark(Rule::Ids, format!("`{coordinate}` is `{ty}`, not `ID!`."));
            }
            if has_nullable_items(ty) {
                let message = format!("The items of `{coordinate}`, which is `{ty}`, can be null.");
                remark(Rule::NullableItems, message);
            }
        }
        Kind::Scalar if !element.has_specification => {
            let message = format!(
                "The scalar `{coordinate}` does not say by `@specifiedBy` what its values are."
            );
            remark(Rule::SpecifiedBy, message);
        }
        Kind::Union
            if element
                .names
                .iter()
                .all(|name| Some(name) == element.names.first()) =>
        {
            remark(
                Rule::LoneMembers,
                format!("The union `{coordinate}` has one member."),
            );
        }
        Kind::Interface if !graph.implemented.contains(&element.name) => {
            remark(
                Rule::LoneMembers,
                format!("No type implements the interface `{coordinate}`."),
            );
        }
        _ => {}
    }
}

fn has_nullable_items(ty: &Type) -> bool {
    match ty {
        Type::List(item) | Type::NonNullList(item) => {
            !item.is_non_null() || has_nullable_items(item)
        }
        Type::Named(_) | Type::NonNullNamed(_) => false,
    }
}
