//! Large constructs without a mistake.

use super::*;

/// What is valid and large.
pub(crate) const VALID: &[Kind] = &[
    ("fields", |n| {
        one(&format!("type T {{ {} }}", fields(n, "Int")))
    }),
    ("shared fields", |n| {
        let of = || {
            format!(
                "type T {{ {} }}",
                each(n / 3, |i| format!("f{i}: Int @shareable"))
            )
        };
        three(&of(), &of(), &of())
    }),
    ("types", |n| {
        one(&each(n, |i| format!("type T{i} {{ a: Int }}")))
    }),
    ("scalars", |n| one(&each(n, |i| format!("scalar S{i}")))),
    ("reachable types", |n| {
        one(&format!(
            "{} extend type Query {{ t: T0 }}",
            each(n, |i| format!("type T{i} {{ a: Int n: T{} }}", (i + 1) % n))
        ))
    }),
    ("entities", |n| {
        let of = |field| {
            format!(
                "{} extend type Query {{ of{field}: T0 }}",
                each(n / 2, |i| format!(
                    "type T{i} @key(fields: \"id\") {{ id: ID {field}: T{} }}",
                    (i * 7 + 1) % (n / 2)
                ))
            )
        };
        two(&of("x"), &of("y"))
    }),
    ("entities and requires", |n| {
        two(
            &format!(
                "{} extend type Query {{ t: T0 }}",
                each(n / 2, |i| format!(
                    "type T{i} @key(fields: \"id\") {{ id: ID x: Int n: T{} }}",
                    (i + 1) % (n / 2)
                ))
            ),
            &each(n / 2, |i| {
                format!(
                    "type T{i} @key(fields: \"id\") {{ id: ID x: Int @external y: Int @requires(fields: \"x\") }}"
                )
            }),
        )
    }),
    ("arguments", |n| {
        one(&format!(
            "type T {{ f({}): Int }}",
            each(n, |i| format!("a{i}: Int = 1"))
        ))
    }),
    ("input fields", |n| {
        one(&format!("input T {{ {} }}", fields(n, "Int = 1")))
    }),
    ("values of an enum", |n| {
        one(&format!(
            "enum E {{ {} }} type T {{ a: E }}",
            each(n, |i| format!("V{i}"))
        ))
    }),
    ("members of a union", |n| {
        one(&format!(
            "{} union U = {} extend type Query {{ u: U }}",
            each(n / 2, |i| format!("type T{i} {{ a: Int }}")),
            each(n / 2, |i| format!("| T{i}"))
        ))
    }),
    ("many unions of many members", |n| {
        let side = n.isqrt();
        let members = each(side, |i| format!("| T{i}"));
        one(&format!(
            "{} {} extend type Query {{ {} }}",
            each(side, |i| format!("type T{i} {{ a: Int }}")),
            each(side, |i| format!("union U{i} = {members}")),
            each(side, |i| format!("u{i}: U{i}")),
        ))
    }),
    ("many interfaces of many types", |n| {
        let side = n.isqrt();
        let all = each(side, |i| format!("& I{i}"));
        one(&format!(
            "{} {} extend type Query {{ {} }}",
            each(side, |i| format!("interface I{i} {{ a: Int }}")),
            each(side, |i| format!("type T{i} implements {all} {{ a: Int }}")),
            each(side, |i| format!("i{i}: I{i}")),
        ))
    }),
    ("implementations", |n| {
        one(&format!(
            "interface I {{ a: Int }} {} extend type Query {{ i: I }}",
            each(n, |i| format!("type T{i} implements I {{ a: Int }}"))
        ))
    }),
    ("fields of an interface type", |n| {
        one(&format!(
            "interface I {{ a: I }} {} extend type Query {{ {} }}",
            each(n / 2, |i| format!("type T{i} implements I {{ a: I }}")),
            each(n / 2, |i| format!("i{i}: I"))
        ))
    }),
    ("shared fields of an interface type", |n| {
        let of = || {
            format!(
                "interface I {{ a: I }} {} extend type Query {{ {} }}",
                each(n / 4, |i| format!(
                    "type T{i} implements I {{ a: I @shareable }}"
                )),
                each(n / 4, |i| format!("i{i}: I @shareable"))
            )
        };
        two(&of(), &of())
    }),
    ("shared fields of other runtime types", |n| {
        let of = |name| {
            format!(
                "{} union U = {} extend type Query {{ {} }}",
                each(n / 6, |i| format!("type {name}{i} {{ a: Int }}")),
                each(n / 6, |i| format!("| {name}{i}")),
                each(n / 6, |i| format!("i{i}: U @shareable"))
            )
        };
        two(&of("A"), &of("B"))
    }),
    ("descriptions of one type in two", |n| {
        let of = |text: &str| format!("\"{}\" type T {{ a: Int @shareable }}", text.repeat(n * 5));
        two(&of("a"), &of("b"))
    }),
    ("directive definitions", |n| {
        one(&each(n, |i| {
            format!("directive @d{i}(a: Int) on FIELD_DEFINITION")
        }))
    }),
    ("executable directives", |n| {
        let of = || each(n / 2, |i| format!("directive @d{i}(a: Int) on FIELD"));
        two(&of(), &of())
    }),
    ("large defaults", |n| {
        one(&format!(
            "type T {{ f(a: [Int] = [{}]): Int }}",
            "1,".repeat(n * 5)
        ))
    }),
    ("large defaults in two", |n| {
        let of = || {
            format!(
                "type T {{ f(a: [Int] = [{}]): Int @shareable }}",
                "1,".repeat(n * 3)
            )
        };
        two(&of(), &of())
    }),
    ("extensions", |n| {
        one(&format!(
            "type T {{ a: Int }} {}",
            each(n, |i| format!("extend type T {{ f{i}: Int }}"))
        ))
    }),
    ("many subgraphs", |n| {
        (0..n / 100)
            .map(|s| {
                named(
                    &format!("s{s}"),
                    &format!(
                        "type T @key(fields: \"id\") {{ id: ID {} }}",
                        each(50, |i| format!("f{s}_{i}: Int"))
                    ),
                )
            })
            .collect()
    }),
    ("subgraphs of value types", |n| {
        (0..n / 100)
            .map(|s| {
                named(
                    &format!("s{s}"),
                    &format!(
                        "type T {{ {} }}",
                        each(50, |i| format!("f{i}: Int @shareable"))
                    ),
                )
            })
            .collect()
    }),
    ("keys in two", |n| {
        let of = |field| {
            format!(
                "type T {} {{ {} {field}: Int }} extend type Query {{ of_{field}: T }}",
                each(n / 4, |i| format!("@key(fields: \"k{i}\")")),
                each(n / 4, |i| format!("k{i}: ID @shareable"))
            )
        };
        two(&of("x"), &of("y"))
    }),
    ("provides", |n| {
        two(
            &format!(
                "type U @key(fields: \"id\") {{ id: ID x: Int @external }} type T {{ {} }} extend type Query {{ t: T }}",
                each(n, |i| format!("f{i}: U @provides(fields: \"x\")"))
            ),
            "type U @key(fields: \"id\") { id: ID x: Int @shareable }",
        )
    }),
    ("nested provides", |n| {
        let mut kinds = String::new();
        let side = (n / 40).max(1);
        for i in 0..side {
            let _ = writeln!(
                kinds,
                "f{i}: U @provides(fields: \"{}x{}\")",
                "u { ".repeat(i % 20),
                " }".repeat(i % 20)
            );
        }
        two(
            &format!(
                "type U @key(fields: \"id\") {{ id: ID u: U @shareable x: Int @external }} type T {{ {kinds} }} extend type Query {{ t: T }}"
            ),
            "type U @key(fields: \"id\") { id: ID u: U @shareable x: Int @shareable }",
        )
    }),
];
