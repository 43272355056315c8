//! Mistakes between subgraphs.

use super::*;

/// What shows when subgraphs are merged, and afterwards.
pub(crate) const OF_MERGING: &[Kind] = &[
    ("conflicting types", |n| {
        let of = |ty| {
            format!(
                "type T {{ {} }}",
                each(n / 3, |i| format!("f{i}: {ty} @shareable"))
            )
        };
        three(&of("Int"), &of("String"), &of("ID"))
    }),
    ("fields that are not shareable", |n| {
        let of = || format!("type T {{ {} }}", fields(n / 3, "Int"));
        three(&of(), &of(), &of())
    }),
    ("types of arguments", |n| {
        let of = |ty| {
            format!(
                "type T {{ {} }}",
                each(n / 2, |i| format!("f{i}(a: {ty}): Int @shareable"))
            )
        };
        two(&of("Int"), &of("String"))
    }),
    ("many arguments of one field", |n| {
        let of = |ty| {
            format!(
                "type T {{ f({}): Int @shareable }}",
                each(n / 2, |i| format!("a{i}: {ty}"))
            )
        };
        two(&of("Int"), &of("String"))
    }),
    ("other arguments of one field", |n| {
        let of = |name| {
            format!(
                "type T {{ f({}): Int @shareable }}",
                each(n / 2, |i| format!("{name}{i}: Int!"))
            )
        };
        two(&of("a"), &of("b"))
    }),
    ("defaults of arguments", |n| {
        let of = |value| {
            format!(
                "type T {{ {} }}",
                each(n / 2, |i| format!("f{i}(a: Int = {value}): Int @shareable"))
            )
        };
        two(&of("1"), &of("2"))
    }),
    ("required arguments missing", |n| {
        two(
            &format!(
                "type T {{ {} }}",
                each(n / 2, |i| format!("f{i}(a: Int!): Int @shareable"))
            ),
            &format!(
                "type T {{ {} }}",
                each(n / 2, |i| format!("f{i}: Int @shareable"))
            ),
        )
    }),
    ("kinds of types", |n| {
        two(
            &each(n / 2, |i| format!("type T{i} {{ a: Int }}")),
            &each(n / 2, |i| format!("scalar T{i}")),
        )
    }),
    ("types of input fields", |n| {
        let of = |ty| format!("input T {{ {} }}", fields(n / 2, ty));
        two(&of("Int"), &of("String"))
    }),
    ("defaults of input fields", |n| {
        let of = |value| {
            format!(
                "input T {{ {} }}",
                each(n / 2, |i| format!("f{i}: Int = {value}"))
            )
        };
        two(&of("1"), &of("2"))
    }),
    ("required input fields missing", |n| {
        two(
            &format!("input T {{ a: Int {} }}", fields(n, "Int!")),
            "input T { a: Int }",
        )
    }),
    ("empty merged inputs", |n| {
        two(
            &each(n / 2, |i| format!("input T{i} {{ a: Int }}")),
            &each(n / 2, |i| format!("input T{i} {{ b: Int }}")),
        )
    }),
    ("values of one enum", |n| {
        let of = |name| {
            format!(
                "enum E {{ {} }} type T {{ f(a: E): E @shareable }}",
                each(n / 2, |i| format!("{name}{i}"))
            )
        };
        two(&of("A"), &of("B"))
    }),
    ("enums", |n| {
        let of = |name| {
            each(n / 4, |i| {
                format!("enum E{i} {{ {name} C }} type T{i} {{ f(a: E{i}): E{i} @shareable }}")
            })
        };
        two(&of("A"), &of("B"))
    }),
    ("members of one union", |n| {
        let of = |name| {
            format!(
                "{} union U = {}",
                each(n / 4, |i| format!("type {name}{i} {{ a: Int }}")),
                each(n / 4, |i| format!("| {name}{i}"))
            )
        };
        two(&of("A"), &of("B"))
    }),
    ("descriptions", |n| {
        let of = |text| {
            format!(
                "type T {{ {} }}",
                each(n / 2, |i| format!("\"{text}\" f{i}: Int @shareable"))
            )
        };
        two(&of("one"), &of("two"))
    }),
    ("fields in one of two", |n| {
        two(
            &format!("type T {{ a: Int @shareable {} }}", fields(n, "Int")),
            "type T { a: Int @shareable }",
        )
    }),
    ("external everywhere", |n| {
        two(
            &format!(
                "type T @key(fields: \"id\") {{ id: ID {} }}",
                each(n / 2, |i| format!(
                    "x{i}: Int @external y{i}: Int @requires(fields: \"x{i}\")"
                ))
            ),
            "type T @key(fields: \"id\") { id: ID }",
        )
    }),
    ("external of another type", |n| {
        two(
            &format!(
                "type T @key(fields: \"id\") {{ id: ID {} }}",
                each(n / 3, |i| format!(
                    "x{i}: Int @external y{i}: Int @requires(fields: \"x{i}\")"
                ))
            ),
            &format!(
                "type T @key(fields: \"id\") {{ id: ID {} }}",
                each(n / 3, |i| format!("x{i}: String"))
            ),
        )
    }),
    ("one long requires", |n| {
        let read = (0..n / 3)
            .map(|i| format!("x{i}"))
            .collect::<Vec<_>>()
            .join(" ");
        two(
            &format!(
                "type T @key(fields: \"id\") {{ id: ID {} y: Int @requires(fields: \"{read}\") }}",
                each(n / 3, |i| format!("x{i}: Int @external"))
            ),
            &format!(
                "type T @key(fields: \"id\") {{ id: ID {} }}",
                each(n / 3, |i| format!("x{i}: Int"))
            ),
        )
    }),
    ("overrides", |n| {
        two(
            &format!(
                "type T @key(fields: \"id\") {{ id: ID {} }}",
                each(n / 2, |i| format!("f{i}: Int @override(from: \"b\")"))
            ),
            &format!(
                "type T @key(fields: \"id\") {{ id: ID {} }}",
                fields(n / 2, "Int")
            ),
        )
    }),
    ("overrides of each other", |n| {
        let of = |from| {
            format!(
                "type T @key(fields: \"id\") {{ id: ID {} }}",
                each(n / 2, |i| format!("f{i}: Int @override(from: \"{from}\")"))
            )
        };
        two(&of("b"), &of("a"))
    }),
    ("overrides from nowhere", |n| {
        one(&format!(
            "type T @key(fields: \"id\") {{ id: ID {} }}",
            each(n, |i| format!("f{i}: Int @override(from: \"nowhere{i}\")"))
        ))
    }),
    ("overrides with labels", |n| {
        two(
            &format!(
                "type T @key(fields: \"id\") {{ id: ID {} }}",
                each(n / 2, |i| format!(
                    "f{i}: Int @override(from: \"b\", label: \"percent({})\")",
                    i % 100
                ))
            ),
            &format!(
                "type T @key(fields: \"id\") {{ id: ID {} }}",
                fields(n / 2, "Int")
            ),
        )
    }),
    ("inaccessible types in use", |n| {
        one(&format!(
            "type H @inaccessible {{ a: Int }} type T {{ {} }}",
            fields(n, "H")
        ))
    }),
    ("inaccessible children", |n| {
        one(&each(n, |i| {
            format!("type T{i} {{ a: Int @inaccessible }}")
        }))
    }),
    ("inaccessible required fields", |n| {
        one(&format!(
            "input T {{ a: Int {} }}",
            each(n, |i| format!("f{i}: Int! @inaccessible"))
        ))
    }),
    ("tags in two", |n| {
        let of = |name| {
            format!(
                "type T {{ a: Int @shareable {} }}",
                each(n / 2, |i| format!("@tag(name: \"{name}{i}\")"))
            )
        };
        two(&of("a"), &of("b"))
    }),
    ("scopes of two", |n| {
        let of = |name| {
            format!(
                "type T {{ a: Int @shareable @requiresScopes(scopes: [{}]) }}",
                each(n / 2, |i| format!("[\"{name}{i}\"]"))
            )
        };
        two(&of("a"), &of("b"))
    }),
    ("scopes of many implementations", |n| {
        one(&format!(
            "interface I {{ a: Int }} {}",
            each(n, |i| format!(
                "type T{i} implements I @requiresScopes(scopes: [[\"a{i}\"], [\"b{i}\"]]) {{ a: Int }}"
            ))
        ))
    }),
    ("interfaces of the merged type", |n| {
        two(
            &format!(
                "interface I {{ a: Int }} {}",
                each(n / 2, |i| format!(
                    "type T{i} implements I {{ a: Int @shareable }}"
                ))
            ),
            "interface I { a: Int b: Int }",
        )
    }),
    ("fields of a merged interface", |n| {
        two(
            &format!(
                "interface I {{ a: Int }} {}",
                each(n / 2, |i| format!(
                    "type T{i} implements I {{ a: Int @shareable }}"
                ))
            ),
            &format!(
                "interface I {{ a: Int {} }}",
                each(n / 2, |i| format!("f{i}: Int"))
            ),
        )
    }),
    ("implementations of an interface object", |n| {
        two(
            &format!(
                "interface I @key(fields: \"id\") {{ id: ID }} {}",
                each(n / 2, |i| format!(
                    "type T{i} implements I @key(fields: \"id\") {{ id: ID }}"
                ))
            ),
            &format!(
                "type I @interfaceObject @key(fields: \"id\") {{ id: ID {} }}",
                fields(n / 2, "Int")
            ),
        )
    }),
    ("unreachable fields", |n| {
        two(
            "type T { a: Int @shareable } extend type Query { t: T }",
            &format!("type T {{ a: Int @shareable {} }}", fields(n, "Int")),
        )
    }),
    ("unreachable types", |n| {
        two(
            &format!(
                "{} extend type Query {{ {} }}",
                each(n / 3, |i| format!("type T{i} {{ a: Int @shareable }}")),
                each(n / 3, |i| format!("t{i}: T{i}"))
            ),
            &each(n / 3, |i| {
                format!("type T{i} {{ a: Int @shareable b: Int }}")
            }),
        )
    }),
    ("chain of unreachable fields", |n| {
        two(
            &format!(
                "{} extend type Query {{ t: T0 }}",
                each(n / 3, |i| format!(
                    "type T{i} {{ n: T{} @shareable }}",
                    (i + 1) % (n / 3)
                ))
            ),
            &each(n / 3, |i| {
                format!(
                    "type T{i} {{ n: T{} @shareable b: Int }}",
                    (i + 1) % (n / 3)
                )
            }),
        )
    }),
    ("requires in a chain", |n| {
        let a = each(n / 4, |i| {
            format!(
                "f{}: Int @external g{i}: Int @requires(fields: \"f{}\")",
                2 * i,
                2 * i
            )
        });
        let b = each(n / 4, |i| format!("f{}: Int", 2 * i));
        two(
            &format!("type T @key(fields: \"id\") {{ id: ID {a} }}"),
            &format!("type T @key(fields: \"id\") {{ id: ID {b} }} extend type Query {{ t: T }}"),
        )
    }),
    ("defaults that cycle when merged", |n| {
        two(
            &each(n / 2, |i| {
                format!("input A{i} {{ b: B{i} = {{}} }} input B{i} {{ a: A{i} }}")
            }),
            &each(n / 2, |i| {
                format!("input A{i} {{ b: B{i} = {{}} }} input B{i} {{ a: A{i} = {{}} }}")
            }),
        )
    }),
];
