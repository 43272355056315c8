//! What both services share around their schema: GraphQL and REST doors, limits, configuration, serving.
