//! Powers, roots, exponentials and logarithms of decimals.
