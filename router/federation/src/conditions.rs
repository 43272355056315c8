//! `@skip` and `@include`
//! (<https://spec.graphql.org/September2025/#sec-Type-System.Directives.Built-in-Directives>).

use apollo_compiler::ast::{Directive, DirectiveList, Value};
use apollo_compiler::{Name, Node};

/// What the two leave to variables: each directive, its variable, and the value with which it lets a selection through; `None` where one of them never does.
pub fn deciding(directives: &DirectiveList) -> Option<Vec<(&Node<Directive>, &Name, bool)>> {
    let mut deciding = Vec::new();
    for directive in directives.iter() {
        let expected = match directive.name.as_str() {
            "skip" => false,
            "include" => true,
            _ => continue,
        };
        match directive.specified_argument_by_name("if").map(|v| &**v) {
            Some(Value::Boolean(value)) if *value != expected => return None,
            Some(Value::Variable(variable)) => deciding.push((directive, variable, expected)),
            _ => {}
        }
    }
    Some(deciding)
}
