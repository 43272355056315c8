//! Mistakes that GraphQL itself knows.

use super::*;

/// What is not GraphQL, or not a valid schema.
pub(crate) const OF_GRAPHQL: &[Kind] = &[
    ("characters", |n| bare("%".repeat(n))),
    ("characters in fields", |n| {
        bare(format!(
            "type Query {{ {} }}",
            each(n, |i| format!("f{i}: Int %"))
        ))
    }),
    ("braces", |n| bare("{ ".repeat(n))),
    ("closing braces", |n| bare("} ".repeat(n))),
    ("words", |n| bare("word ".repeat(n))),
    ("open strings", |n| bare("\"\n".repeat(n))),
    ("wrong escapes", |n| {
        bare(format!(
            "type Query {{ a: Int @deprecated(reason: \"{}\") }}",
            "\\q".repeat(n)
        ))
    }),
    ("lists in lists", |n| {
        bare(format!(
            "type Query {{ a: {}Int{} }}",
            "[".repeat(n),
            "]".repeat(n)
        ))
    }),
    ("values in values", |n| {
        bare(format!(
            "type Query {{ f(a: Int = {}1{}): Int }}",
            "[".repeat(n),
            "]".repeat(n)
        ))
    }),
    ("missing types of fields", |n| {
        one(&format!("type T {{ {} }}", each(n, |i| format!("f{i}"))))
    }),
    ("unknown types", |n| {
        one(&format!(
            "type T {{ {} }}",
            each(n, |i| format!("f{i}: T{i}"))
        ))
    }),
    ("unknown types of arguments", |n| {
        one(&format!(
            "type T {{ f({}): Int }}",
            each(n, |i| format!("a{i}: T{i}"))
        ))
    }),
    ("unknown members", |n| {
        one(&format!("union U = {}", each(n, |i| format!("| M{i}"))))
    }),
    ("unknown interfaces", |n| {
        one(&format!(
            "type T implements {} {{ a: Int }}",
            each(n, |i| format!("& I{i}"))
        ))
    }),
    ("unknown directives", |n| {
        one(&format!(
            "type T {{ {} }}",
            each(n, |i| format!("f{i}: Int @d{i}"))
        ))
    }),
    ("unknown arguments of directives", |n| {
        one(&format!(
            "type T {{ {} }}",
            each(n, |i| format!("f{i}: Int @deprecated(x{i}: 1)"))
        ))
    }),
    ("arguments of one directive", |n| {
        one(&format!(
            "type T {{ f: Int @deprecated({}) }}",
            each(n, |i| format!("x{i}: 1"))
        ))
    }),
    ("directives of one field", |n| {
        one(&format!("type T {{ f: Int {} }}", "@deprecated ".repeat(n)))
    }),
    ("directives in the wrong place", |n| {
        one(&each(n, |i| format!("scalar S{i} @deprecated")))
    }),
    ("types twice", |n| {
        one(&each(n, |_| "type T { a: Int }".to_owned()))
    }),
    ("fields twice", |n| {
        one(&format!(
            "type T {{ {} }}",
            each(n, |_| "a: Int".to_owned())
        ))
    }),
    ("arguments twice", |n| {
        one(&format!(
            "type T {{ f({}): Int }}",
            each(n, |_| "a: Int".to_owned())
        ))
    }),
    ("values of enums twice", |n| {
        one(&format!("enum E {{ {} }}", each(n, |_| "A".to_owned())))
    }),
    ("members twice", |n| {
        one(&format!(
            "type M {{ a: Int }} union U = {}",
            each(n, |_| "| M".to_owned())
        ))
    }),
    ("schemas twice", |n| {
        bare(format!(
            "type Query {{ a: Int }} {}",
            each(n, |_| "schema { query: Query }".to_owned())
        ))
    }),
    ("directives defined twice", |n| {
        one(&each(n, |_| "directive @d on FIELD".to_owned()))
    }),
    ("operations", |n| {
        one(&each(n, |i| format!("query Q{i} {{ a }}")))
    }),
    ("empty types", |n| one(&each(n, |i| format!("type T{i}")))),
    ("empty enums", |n| one(&each(n, |i| format!("enum E{i}")))),
    ("reserved names", |n| {
        one(&each(n, |i| format!("type __T{i} {{ a: Int }}")))
    }),
    ("wrong defaults", |n| {
        one(&format!(
            "type T {{ {} }}",
            each(n, |i| format!("f{i}(a: Int = \"x\"): Int"))
        ))
    }),
    ("wrong input defaults", |n| {
        one(&format!(
            "input T {{ {} }}",
            each(n, |i| format!("f{i}: Int = \"x\""))
        ))
    }),
    ("inputs in output", |n| {
        one(&format!(
            "input I {{ a: Int }} type T {{ {} }}",
            each(n, |i| format!("f{i}: I"))
        ))
    }),
    ("outputs in input", |n| {
        one(&format!(
            "type O {{ a: Int }} input T {{ {} }}",
            each(n, |i| format!("f{i}: O"))
        ))
    }),
    ("extensions of another kind", |n| {
        one(&format!(
            "type T {{ a: Int }} {}",
            each(n, |i| format!("extend union T = M{i}"))
        ))
    }),
    ("missing fields of one interface", |n| {
        one(&format!(
            "interface I {{ a: Int }} {}",
            each(n, |i| format!("type T{i} implements I {{ b: Int }}"))
        ))
    }),
    ("missing fields of large interfaces", |n| {
        let n = n / 2;
        one(&format!(
            "interface I {{ {} }} {}",
            each(n, |i| format!("f{i}: Int")),
            each(n, |i| format!("type T{i} implements I {{ b: Int }}"))
        ))
    }),
    ("missing interfaces of an interface", |n| {
        let n = n / 3;
        one(&format!(
            "{} interface I implements {} {{ a: Int }} {}",
            each(n, |i| format!("interface I{i} {{ a: Int }}")),
            each(n, |i| format!("& I{i}")),
            each(n, |i| format!("type T{i} implements I {{ a: Int }}"))
        ))
    }),
    ("missing arguments of an interface", |n| {
        let n = n / 2;
        one(&format!(
            "interface I {{ f({}): Int }} {}",
            each(n, |i| format!("a{i}: Int")),
            each(n, |i| format!("type T{i} implements I {{ f: Int }}"))
        ))
    }),
    ("arguments of an interface and its implementation", |n| {
        let arguments = each(n / 2, |i| format!("a{i}: Int"));
        one(&format!(
            "interface I {{ f({arguments}): Int }} type T implements I {{ f({arguments}): Int }}"
        ))
    }),
    ("cycle of inputs", |n| {
        one(&each(n, |i| {
            format!("input I{i} {{ a: I{}! }}", (i + 1) % n)
        }))
    }),
    ("small cycles of inputs", |n| {
        one(&each(n, |i| format!("input I{i} {{ a: I{}! }}", i ^ 1)))
    }),
    ("doubling inputs", |n| {
        let n = n.min(400);
        one(&each(n, |i| match i % 32 {
            0 => format!("input I{i} {{ a: Int }}"),
            _ => format!("input I{i} {{ a: I{0}! b: I{0}! }}", i - 1),
        }))
    }),
    ("doubling inputs of a directive", |n| {
        let n = n.min(400);
        let inputs = each(n, |i| match i % 32 {
            0 => format!("input I{i} {{ a: Int }}"),
            _ => format!("input I{i} {{ a: I{0} b: I{0} }}", i - 1),
        });
        one(&format!(
            "{inputs} directive @d(a: I{}) on FIELD_DEFINITION",
            n - 1
        ))
    }),
    ("doubling directives", |n| {
        let n = n.min(30);
        one(&each(n, |i| match i {
            0 => "directive @d0(a: Int) on ARGUMENT_DEFINITION".to_owned(),
            _ => format!(
                "directive @d{i}(a: Int @d{0} b: Int @d{0}) on ARGUMENT_DEFINITION",
                i - 1
            ),
        }))
    }),
    ("arguments of a directive and its use", |n| {
        let (defined, used) = (
            each(n / 2, |i| format!("a{i}: Int")),
            each(n / 2, |i| format!("a{i}: 1")),
        );
        one(&format!(
            "directive @d({defined}) on FIELD_DEFINITION type T {{ a: Int @d({used}) }}"
        ))
    }),
    ("missing arguments of directives", |n| {
        let defined = each(n / 2, |i| format!("a{i}: Int!"));
        let used = each(n / 2, |i| format!("f{i}: Int @d"));
        one(&format!(
            "directive @d({defined}) on FIELD_DEFINITION type T {{ {used} }}"
        ))
    }),
    ("places of a directive", |n| {
        let places = "| FIELD ".repeat(n / 2);
        let used = each(n / 2, |i| format!("f{i}: Int @d"));
        one(&format!("directive @d on {places} type T {{ {used} }}"))
    }),
    ("fields of an input and of its default", |n| {
        let (defined, used) = (
            each(n / 2, |i| format!("a{i}: Int")),
            each(n / 2, |i| format!("a{i}: 1")),
        );
        one(&format!(
            "input I {{ {defined} }} type T {{ f(a: I = {{ {used} }}): Int }}"
        ))
    }),
    ("missing fields of defaults", |n| {
        let defined = each(n / 2, |i| format!("a{i}: Int!"));
        let used = each(n / 2, |i| format!("f{i}(a: I = {{}}): Int"));
        one(&format!("input I {{ {defined} }} type T {{ {used} }}"))
    }),
    ("extensions before definitions", |n| {
        let n = n / 2;
        one(&format!(
            "{}{}",
            each(n, |i| format!("extend type T{i} {{ a: Int }}")),
            each(n, |i| format!("type T{i} {{ b: Int }}"))
        ))
    }),
    ("long names", |n| {
        one(&format!(
            "type T {{ {} }}",
            each(20, |i| format!("f{i}: {}", "T".repeat(n)))
        ))
    }),
    ("cycle of defaults", |n| {
        one(&each(n, |i| {
            format!("input I{i} {{ a: I{} = {{}} }}", (i + 1) % n)
        }))
    }),
    ("small cycles of defaults", |n| {
        one(&each(n, |i| format!("input I{i} {{ a: I{i} = {{}} }}")))
    }),
];
