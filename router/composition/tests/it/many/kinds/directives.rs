//! Mistakes in directives of Federation.

use super::*;

/// What Federation forbids in one subgraph.
pub(crate) const OF_FEDERATION: &[Kind] = &[
    ("links", |n| {
        one(&each(n, |i| {
            format!("extend schema @link(url: \"https://example.com/l{i}/v1.0\")")
        }))
    }),
    ("the same link", |n| {
        one(&each(n, |_| {
            "extend schema @link(url: \"https://example.com/l/v1.0\")".to_owned()
        }))
    }),
    ("unknown imports", |n| {
        bare(format!(
            "extend schema @link(url: \"https://specs.apollo.dev/federation/v2.9\", import: [{}]) type Query {{ a: Int }}",
            each(n, |i| format!("\"@key{i}\""))
        ))
    }),
    ("imports", |n| {
        one(&format!(
            "extend schema @link(url: \"https://example.com/l/v1.0\", import: [{}])",
            each(n, |i| format!("\"@x{i}\""))
        ))
    }),
    ("imports and types", |n| {
        one(&format!(
            "extend schema @link(url: \"https://example.com/l/v1.0\", import: [{}]) {}",
            each(n / 2, |i| format!("\"X{i}\"")),
            each(n / 2, |i| format!("scalar Y{i}")),
        ))
    }),
    ("links and prefixed types", |n| {
        one(&format!(
            "{} {}",
            each(n / 2, |i| format!(
                "extend schema @link(url: \"https://example.com/l{i}/v1.0\")"
            )),
            each(n / 2, |i| format!("scalar z{i}__Y")),
        ))
    }),
    ("composed directives", |n| {
        one(&each(n, |i| {
            format!("extend schema @composeDirective(name: \"@x{i}\")")
        }))
    }),
    ("unknown fields in keys", |n| {
        one(&each(n, |i| {
            format!("type T{i} @key(fields: \"x\") {{ id: ID }}")
        }))
    }),
    ("unknown fields in one key", |n| {
        one(&format!(
            "type T @key(fields: \"{}\") {{ id: ID }}",
            each(n, |i| format!("x{i}")).replace('\n', " ")
        ))
    }),
    ("fields near unknown ones in keys", |n| {
        one(&format!(
            "type T {} {{ {} }}",
            each(n / 2, |i| format!("@key(fields: \"fild{i}\")")),
            each(n / 2, |i| format!("field{i}: ID"))
        ))
    }),
    ("keys", |n| {
        one(&format!(
            "type T {} {{ {} }}",
            each(n / 2, |i| format!("@key(fields: \"f{i}\")")),
            each(n / 2, |i| format!("f{i}: ID"))
        ))
    }),
    ("the same key", |n| {
        one(&format!(
            "type T {} {{ id: ID }}",
            "@key(fields: \"id\") ".repeat(n)
        ))
    }),
    ("one long key", |n| {
        one(&format!(
            "type T @key(fields: \"{}\") {{ {} }}",
            (0..n / 2)
                .map(|i| format!("f{i}"))
                .collect::<Vec<_>>()
                .join(" "),
            each(n / 2, |i| format!("f{i}: ID"))
        ))
    }),
    ("one field many times in a key", |n| {
        one(&format!(
            "type T @key(fields: \"{}\") {{ id: ID }}",
            "id ".repeat(n)
        ))
    }),
    ("deep keys", |n| {
        one(&format!(
            "type T @key(fields: \"{}id{}\") {{ id: ID t: T }}",
            "t { ".repeat(n),
            " }".repeat(n)
        ))
    }),
    ("keys with arguments", |n| {
        one(&each(n, |i| {
            format!("type T{i} @key(fields: \"id\") {{ id(a: Int): ID }}")
        }))
    }),
    ("requires without external", |n| {
        one(&format!(
            "type T @key(fields: \"id\") {{ id: ID x: Int {} }}",
            each(n, |i| format!("f{i}: Int @requires(fields: \"x\")"))
        ))
    }),
    ("provides without external", |n| {
        one(&format!(
            "type U {{ x: Int }} type T {{ {} }}",
            each(n, |i| format!("f{i}: U @provides(fields: \"x\")"))
        ))
    }),
    ("provides on scalars", |n| {
        one(&format!(
            "type T {{ {} }}",
            each(n, |i| format!("f{i}: Int @provides(fields: \"x\")"))
        ))
    }),
    ("external unused", |n| {
        one(&format!(
            "type T @key(fields: \"id\") {{ id: ID {} }}",
            each(n, |i| format!("f{i}: Int @external"))
        ))
    }),
    ("external on interfaces", |n| {
        one(&format!(
            "interface T {{ {} }}",
            each(n, |i| format!("f{i}: Int @external"))
        ))
    }),
    ("shareable on interfaces", |n| {
        one(&format!(
            "interface T {{ {} }}",
            each(n, |i| format!("f{i}: Int @shareable"))
        ))
    }),
    ("shareable twice", |n| {
        one(&format!(
            "type T {{ {} }}",
            each(n, |i| format!("f{i}: Int @shareable @shareable"))
        ))
    }),
    ("override from self", |n| {
        one(&format!(
            "type T {{ {} }}",
            each(n, |i| format!("f{i}: Int @override(from: \"a\")"))
        ))
    }),
    ("override labels", |n| {
        one(&format!(
            "type T {{ {} }}",
            each(n, |i| format!(
                "f{i}: Int @override(from: \"b\", label: \"%%\")"
            ))
        ))
    }),
    ("list sizes", |n| {
        one(&format!(
            "type T {{ {} }}",
            each(n, |i| format!("f{i}: Int @listSize(assumedSize: -1)"))
        ))
    }),
    ("sized fields", |n| {
        one(&format!(
            "type T {{ f: [Int] @listSize(sizedFields: [{}]) }}",
            each(n, |i| format!("\"x{i}\""))
        ))
    }),
    ("slicing arguments", |n| {
        one(&format!(
            "type T {{ f({}): [Int] @listSize(slicingArguments: [{}]) }}",
            each(n / 2, |i| format!("a{i}: Int")),
            each(n / 2, |i| format!("\"a{i}\""))
        ))
    }),
    ("costs on interfaces", |n| {
        one(&format!(
            "interface T {{ {} }}",
            each(n, |i| format!("f{i}: Int @cost(weight: 1)"))
        ))
    }),
    ("access on interfaces", |n| {
        one(&format!(
            "interface T {{ {} }}",
            each(n, |i| format!("f{i}: Int @authenticated"))
        ))
    }),
    ("contexts never set", |n| {
        one(&format!(
            "type T @key(fields: \"id\") {{ id: ID {} }}",
            each(n, |i| format!(
                "f{i}(a: Int @fromContext(field: \"$c{i} {{ x }}\")): Int"
            ))
        ))
    }),
    ("contexts", |n| {
        let n = n / 3;
        one(&format!(
            "{} type T @key(fields: \"id\") {{ id: ID {} }}",
            each(n, |i| format!(
                "type C{i} @context(name: \"c{i}\") @key(fields: \"id\") {{ id: ID x: Int t: T }}"
            )),
            each(n, |i| format!(
                "f{i}(a: Int @fromContext(field: \"$c{i} {{ x }}\")): Int"
            ))
        ))
    }),
    ("one context of many types", |n| {
        let n = n / 3;
        one(&format!(
            "{} type T @key(fields: \"id\") {{ id: ID {} }}",
            each(n, |i| format!(
                "type C{i} @context(name: \"c\") @key(fields: \"id\") {{ id: ID x: Int t: T }}"
            )),
            each(n, |i| format!(
                "f{i}(a: Int @fromContext(field: \"$c {{ x }}\")): Int"
            ))
        ))
    }),
    ("interface objects without keys", |n| {
        one(&each(n, |i| {
            format!("type T{i} @interfaceObject {{ a: Int }}")
        }))
    }),
    ("interface keys missing", |n| {
        one(&format!(
            "interface I @key(fields: \"id\") {{ id: ID }} {}",
            each(n, |i| format!("type T{i} implements I {{ id: ID }}"))
        ))
    }),
    ("inputs of federation one", |n| {
        bare(format!(
            "type Query {{ a: Int }} {}",
            each(n, |i| format!(
                "extend type T{i} @key(fields: \"id\") {{ id: ID @external b: Int }}"
            ))
        ))
    }),
    ("unused external of federation one", |n| {
        bare(format!(
            "type Query {{ a: Int }} extend type T @key(fields: \"id\") {{ id: ID @external {} }}",
            each(n, |i| format!("f{i}: Int @external"))
        ))
    }),
    ("tags", |n| {
        one(&format!(
            "type T {{ a: Int {} }}",
            each(n, |i| format!("@tag(name: \"t{i}\")"))
        ))
    }),
    ("wrong field sets", |n| {
        one(&each(n, |i| {
            format!("type T{i} @key(fields: \"%\") {{ id: ID }}")
        }))
    }),
    ("wrong characters in a key", |n| {
        one(&format!(
            "type T @key(fields: \"{}\") {{ id: ID }}",
            "%".repeat(n)
        ))
    }),
    ("open braces in a key", |n| {
        one(&format!(
            "type T @key(fields: \"{}\") {{ id: ID }}",
            "id } ".repeat(n)
        ))
    }),
    ("field sets that are lists", |n| {
        one(&each(n, |i| {
            format!("type T{i} @key(fields: [\"id\"]) {{ id: ID }}")
        }))
    }),
];
