//! The service as `service` runs it.

use service::{Ports, Program, Subgraph};

use crate::descriptions::descriptions;

/// A first query for people: exact arithmetic, an expression with its steps, a series.
const DEFAULT_QUERY: &str = "\
# Calculatrice: arithmetic with exact decimals.
{
  addition(a: 0.1, b: 0.2)
  puissance(base: 2, exposant: 64)
  calcul(expression: \"2 * (3 + 4)^2 / 7\") {
    resultat
    etapes { numero calcul resultat reste }
  }
  serie(valeurs: [1, 2, 4]) { id somme produit cumul }
}
";

/// The program: its schema, its REST API, and what it is called.
#[must_use]
pub fn program() -> Program {
    let descriptions = descriptions();
    let rest = crate::rest::table();
    let mut openapi = rest.openapi();
    descriptions.in_openapi(&mut openapi);
    Program {
        name: "calculatrice",
        about: "Arithmetic with exact decimals: a GraphQL subgraph and a REST API",
        version: env!("CARGO_PKG_VERSION"),
        ports: Ports {
            public: 4001,
            admin: 9091,
        },
        schema: Subgraph::new(crate::schema::builder())
            .directives(crate::schema::DIRECTIVES)
            .described(descriptions)
            .shortcuts(crate::catalog::shortcuts())
            .slow_entities(&["Calcul"]),
        openapi,
        rest,
        default_query: DEFAULT_QUERY,
    }
}

/// The federation SDL of the schema, always the same text.
#[must_use]
pub fn sdl() -> String {
    program().sdl()
}
