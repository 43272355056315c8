//! What both services agree on about values: the Decimal scalar, its bounds, and the identity of a Serie.
