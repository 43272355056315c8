//! Kinds of mistakes and of large constructs, each written down any number of times.
//!
//! Shared with the benchmark, which says how time and memory grow with the number: `cargo bench -p composition -- kind NAME N`.

use std::fmt::Write as _;

use federation::Subgraph;

/// Subgraphs with `n` occurrences of one kind.
pub(crate) type Kind = (&'static str, fn(usize) -> Vec<Subgraph>);

const LINK: &str = r#"extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@requires", "@provides", "@external", "@shareable", "@override", "@tag", "@inaccessible", "@interfaceObject", "@composeDirective", "@authenticated", "@requiresScopes", "@policy", "@context", "@fromContext", "@cost", "@listSize"])
"#;

/// `n` pieces, one after the other.
fn each(n: usize, piece: impl Fn(usize) -> String) -> String {
    (0..n).fold(String::new(), |mut text, index| {
        let _ = writeln!(text, "{}", piece(index));
        text
    })
}

/// One subgraph of Federation 2 with a query beside what is given.
fn one(sdl: &str) -> Vec<Subgraph> {
    vec![named("a", sdl)]
}

fn named(name: &str, sdl: &str) -> Subgraph {
    Subgraph::new(
        name,
        format!("{LINK}type Query {{ of_{name}: Int }}\n{sdl}"),
    )
    .with_url(format!("http://{name}.example"))
}

fn bare(sdl: String) -> Vec<Subgraph> {
    vec![Subgraph::new("a", sdl)]
}

fn two(a: &str, b: &str) -> Vec<Subgraph> {
    vec![named("a", a), named("b", b)]
}

fn three(a: &str, b: &str, c: &str) -> Vec<Subgraph> {
    vec![named("a", a), named("b", b), named("c", c)]
}

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

/// Fields `f0 …` of an input, object or interface type.
fn fields(n: usize, ty: &str) -> String {
    each(n, |i| format!("f{i}: {ty}"))
}

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
