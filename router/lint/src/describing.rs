//! Descriptions.

use crate::graph::{Element, Kind, Remark};
use crate::rule::Rule;

pub(crate) fn look<'g>(element: &'g Element, remarks: &mut Vec<Remark<'g>>) {
    let rule = match element.kind {
        Kind::Argument | Kind::InputField => Rule::ArgumentDescriptions,
        Kind::EnumValue => Rule::EnumDescriptions,
        // Everybody knows what the root types are.
        Kind::Object if matches!(&*element.name, "Query" | "Mutation" | "Subscription") => return,
        Kind::Directive => return,
        _ => Rule::Descriptions,
    };
    let coordinate = &element.coordinate;
    if !element.is_described {
        remarks.push(Remark {
            rule,
            element,
            message: format!("`{coordinate}` has no description."),
        });
    }
    // The default value of the argument, as printers write it, says nothing either.
    let says_nothing = |reason: &Option<String>| {
        let reason = reason.as_deref().unwrap_or_default().trim();
        reason.is_empty() || reason == "No longer supported"
    };
    if !element.deprecations.is_empty() && element.deprecations.iter().all(says_nothing) {
        remarks.push(Remark {
            rule: Rule::Deprecations,
            element,
            message: format!(
                "`{coordinate}` is deprecated without a reason: say what to use instead."
            ),
        });
    }
}
