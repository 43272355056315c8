use apollo_compiler::Schema;
use insta::assert_snapshot;

fn first(sdl: &str) -> String {
    let schema = Schema::parse_and_validate(sdl, "api.graphql").unwrap();
    super::of(&schema)
}

#[test]
fn the_first_field_without_required_arguments_is_asked_for() {
    let sdl = "type Query { product(id: ID!): Product products(first: Int = 5): [Product!]! }
        type Product { id: ID! name: String price(in: String!): Float maker: Maker }
        type Maker { name: String }";
    assert_snapshot!(first(sdl), @r"
    {
      products {
        id
        name
      }
    }
    ");
}

#[test]
fn arguments_that_are_required_become_variables() {
    assert_snapshot!(first("type Query { sum(a: Int!, b: Int!, c: Int): Int }"), @r"
    query First($a: Int!, $b: Int!) {
      sum(a: $a, b: $b)
    }
    ");
}

#[test]
fn objects_without_leaves_are_entered_as_far_as_that_is_readable() {
    let sdl = "type Query { viewer: Viewer } type Viewer { account: Account } type Account { plan: Plan } enum Plan { FREE }";
    assert_snapshot!(first(sdl), @r"
    {
      viewer {
        account {
          plan
        }
      }
    }
    ");
    assert_eq!(
        first("type Query { node: Node } type Node { node: Node }"),
        "{ __typename }\n"
    );
}

#[test]
fn a_schema_of_many_ways_that_lead_nowhere_ends_the_search() {
    let ways: String = (0..1_000).map(|n| format!("f{n}: A ")).collect();
    let sdl = format!("type Query {{ a: A }} type A {{ {ways} }}");
    assert_eq!(first(&sdl), "{ __typename }\n");
    let wide: String = (0..5_000).map(|n| format!("f{n}: Int ")).collect();
    assert_snapshot!(first(&format!("type Query {{ {wide} }}")), @r"
    {
      f0
    }
    ");
}
