use super::*;

const SDL: &str = "type Query {
\t\"\"\"
\tlist: not a field.
\t\"\"\"
\tlist(
\t\t\"\"\"
\t\tHow many.
\t\t\"\"\"
\t\tcount: Int = 10
\t): [Item!]
\tother: Int! @deprecated
}
type Item {
\tlist: Int
}
extend schema @link(
\turl: \"https://specs.apollo.dev/federation/v2.5\",
\timport: [\"@key\"]
)
";

#[test]
fn directives_stand_after_the_types_of_their_fields() {
    let directives = &[
        (
            "Query.list",
            "@listSize(slicingArguments: [\"count\"], requireOneSlicingArgument: false)",
        ),
        ("Query.other", "@cost(weight: 5)"),
    ];
    insta::assert_snapshot!(apply(SDL, directives), @r#"
    type Query {
    	"""
    	list: not a field.
    	"""
    	list(
    		"""
    		How many.
    		"""
    		count: Int = 10
    	): [Item!] @listSize(slicingArguments: ["count"], requireOneSlicingArgument: false)
    	other: Int! @deprecated @cost(weight: 5)
    }
    type Item {
    	list: Int
    }
    extend schema @link(
    	url: "https://specs.apollo.dev/federation/v2.9",
    	import: ["@cost", "@listSize", "@key"]
    )
    "#);
}

#[test]
fn without_directives_nothing_changes() {
    assert_eq!(apply(SDL, &[]), SDL);
}
