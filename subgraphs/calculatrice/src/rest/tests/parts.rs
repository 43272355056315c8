//! Answers of several parts.

use super::*;

#[test]
fn a_total_that_is_out_of_range_leaves_the_others() {
    check(
        "/serie?valeurs=1e20,1e20",
        json!({
            "id": get("/serie?valeurs=1e20,1e20").1["id"], "valeurs": ["100000000000000000000", "100000000000000000000"],
            "somme": "200000000000000000000", "produit": null, "cumul": ["100000000000000000000", "200000000000000000000"],
        }),
    );
}
