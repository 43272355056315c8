//! The service as `service` runs it.

use service::{Descriptions, Ports, Program, Subgraph};

/// A first query for people: a whole summary.
const DEFAULT_QUERY: &str = "\
# Statistiques: descriptive statistics with exact decimals.
{
  moyenne(valeurs: [1, 2, 4])
  mediane(valeurs: [1, 2, 4])
  ecartType(valeurs: [1, 2, 4])
  quantile(valeurs: [1, 2, 4], p: 0.9)
  correlation(x: [1, 2, 3], y: [2, 4, 7])
  histogramme(valeurs: [1, 2, 2, 3, 5], classes: 4) { borneInf borneSup effectif }
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
        name: "statistiques",
        about: "Descriptive statistics with exact decimals: a GraphQL subgraph and a REST API",
        version: env!("CARGO_PKG_VERSION"),
        ports: Ports {
            public: 4002,
            admin: 9092,
        },
        schema: Subgraph::new(crate::schema::builder())
            .directives(crate::schema::DIRECTIVES)
            .described(descriptions),
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

/// The descriptions in French.
pub(crate) fn descriptions() -> Descriptions {
    Descriptions::new(include_str!("descriptions.fr.txt"))
}
