//! The public codes of errors and hints.
//!
//! Source: <https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/errors> and
//! <https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/hints>.

use std::fmt;

use serde::{Serialize, Serializer};

macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $text:literal;)*) => {
        /// A public code of the Federation specification.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[$doc])* $variant,)*
        }

        impl Code {
            /// Every code, in the order of declaration.
            pub const ALL: &[Code] = &[$(Code::$variant,)*];

            /// The code as it is published.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Code::$variant => $text,)*
                }
            }
        }
    };
}

codes! {
    // The subgraph's own SDL
    /// The SDL is not GraphQL, or not a valid schema.
    InvalidGraphql = "INVALID_GRAPHQL";
    /// The SDL defines a directive of a specification otherwise than the specification does.
    DirectiveDefinitionInvalid = "DIRECTIVE_DEFINITION_INVALID";
    /// The SDL defines a type of a specification otherwise than the specification does.
    TypeDefinitionInvalid = "TYPE_DEFINITION_INVALID";
    /// The subgraph's name is reserved, empty, or taken twice.
    InvalidSubgraphName = "INVALID_SUBGRAPH_NAME";
    /// A type is called `Query` without being the query root type.
    RootQueryUsed = "ROOT_QUERY_USED";
    /// A type is called `Mutation` without being the mutation root type.
    RootMutationUsed = "ROOT_MUTATION_USED";
    /// A type is called `Subscription` without being the subscription root type.
    RootSubscriptionUsed = "ROOT_SUBSCRIPTION_USED";
    /// No subgraph has a query field.
    NoQueries = "NO_QUERIES";

    // @link
    /// A linked feature is not supported, or not in this way.
    UnsupportedLinkedFeature = "UNSUPPORTED_LINKED_FEATURE";
    /// The SDL links a version of Federation that does not exist.
    UnknownFederationLinkVersion = "UNKNOWN_FEDERATION_LINK_VERSION";
    /// The SDL links a version of the link specification that does not exist.
    UnknownLinkVersion = "UNKNOWN_LINK_VERSION";
    /// A `@link` breaks the rules of its specification.
    InvalidLinkDirectiveUsage = "INVALID_LINK_DIRECTIVE_USAGE";
    /// The URL of a `@link` names no feature and version.
    InvalidLinkIdentifier = "INVALID_LINK_IDENTIFIER";
    /// A merged directive is imported under several names.
    LinkImportNameMismatch = "LINK_IMPORT_NAME_MISMATCH";

    // @key, @requires, @provides
    /// A key selects a field that takes arguments.
    KeyFieldsHasArgs = "KEY_FIELDS_HAS_ARGS";
    /// A `@provides` selects a field that takes arguments.
    ProvidesFieldsHasArgs = "PROVIDES_FIELDS_HAS_ARGS";
    /// A `@provides` selects a field that is not external.
    ProvidesFieldsMissingExternal = "PROVIDES_FIELDS_MISSING_EXTERNAL";
    /// A `@requires` selects a field that is not external.
    RequiresFieldsMissingExternal = "REQUIRES_FIELDS_MISSING_EXTERNAL";
    /// A key is on an interface, before Federation 2.3.
    KeyUnsupportedOnInterface = "KEY_UNSUPPORTED_ON_INTERFACE";
    /// A `@provides` is on a field of an interface.
    ProvidesUnsupportedOnInterface = "PROVIDES_UNSUPPORTED_ON_INTERFACE";
    /// A `@requires` is on a field of an interface.
    RequiresUnsupportedOnInterface = "REQUIRES_UNSUPPORTED_ON_INTERFACE";
    /// A key's selection applies a directive.
    KeyDirectiveInFieldsArg = "KEY_DIRECTIVE_IN_FIELDS_ARG";
    /// A `@provides` selection applies a directive.
    ProvidesDirectiveInFieldsArg = "PROVIDES_DIRECTIVE_IN_FIELDS_ARG";
    /// A `@requires` selection applies a directive.
    RequiresDirectiveInFieldsArg = "REQUIRES_DIRECTIVE_IN_FIELDS_ARG";
    /// The `fields` of a key is not a string.
    KeyInvalidFieldsType = "KEY_INVALID_FIELDS_TYPE";
    /// The `fields` of a `@provides` is not a string.
    ProvidesInvalidFieldsType = "PROVIDES_INVALID_FIELDS_TYPE";
    /// The `fields` of a `@requires` is not a string.
    RequiresInvalidFieldsType = "REQUIRES_INVALID_FIELDS_TYPE";
    /// The `fields` of a key is not a selection of fields that exist.
    KeyInvalidFields = "KEY_INVALID_FIELDS";
    /// The `fields` of a `@provides` is not a selection of fields that exist.
    ProvidesInvalidFields = "PROVIDES_INVALID_FIELDS";
    /// The `fields` of a `@requires` is not a selection of fields that exist.
    RequiresInvalidFields = "REQUIRES_INVALID_FIELDS";
    /// A key selects a field of an interface or union type.
    KeyFieldsSelectInvalidType = "KEY_FIELDS_SELECT_INVALID_TYPE";
    /// A `@provides` is on a field without subfields.
    ProvidesOnNonObjectField = "PROVIDES_ON_NON_OBJECT_FIELD";

    // @external
    /// An external field serves nothing.
    ExternalUnused = "EXTERNAL_UNUSED";
    /// An external field carries a directive that only makes sense on a resolved one.
    ExternalCollisionWithAnotherDirective = "EXTERNAL_COLLISION_WITH_ANOTHER_DIRECTIVE";
    /// A field of an interface is external.
    ExternalOnInterface = "EXTERNAL_ON_INTERFACE";
    /// A field is external wherever it appears.
    ExternalMissingOnBase = "EXTERNAL_MISSING_ON_BASE";
    /// An external field has another type than the field itself.
    ExternalTypeMismatch = "EXTERNAL_TYPE_MISMATCH";
    /// An external field lacks an argument of the field itself.
    ExternalArgumentMissing = "EXTERNAL_ARGUMENT_MISSING";
    /// An argument of an external field has another type than the field itself.
    ExternalArgumentTypeMismatch = "EXTERNAL_ARGUMENT_TYPE_MISMATCH";
    /// An argument of an external field has another default than the field itself.
    ExternalArgumentDefaultMismatch = "EXTERNAL_ARGUMENT_DEFAULT_MISMATCH";
    /// A directive of the supergraph is on an external field.
    MergedDirectiveApplicationOnExternal = "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL";
    /// A Federation 1 type has nothing but unused external fields.
    TypeWithOnlyUnusedExternal = "TYPE_WITH_ONLY_UNUSED_EXTERNAL";
    /// A type is extended everywhere and defined nowhere.
    ExtensionWithNoBase = "EXTENSION_WITH_NO_BASE";

    // Merging
    /// A type has different kinds in different subgraphs.
    TypeKindMismatch = "TYPE_KIND_MISMATCH";
    /// Once merged, a type lacks a field of its interface.
    InterfaceFieldNoImplem = "INTERFACE_FIELD_NO_IMPLEM";
    /// A field has incompatible types in different subgraphs.
    FieldTypeMismatch = "FIELD_TYPE_MISMATCH";
    /// An argument has incompatible types in different subgraphs.
    FieldArgumentTypeMismatch = "FIELD_ARGUMENT_TYPE_MISMATCH";
    /// An input field has different defaults in different subgraphs.
    InputFieldDefaultMismatch = "INPUT_FIELD_DEFAULT_MISMATCH";
    /// An argument has different defaults in different subgraphs.
    FieldArgumentDefaultMismatch = "FIELD_ARGUMENT_DEFAULT_MISMATCH";
    /// Several subgraphs resolve a field that is not shareable in all of them.
    InvalidFieldSharing = "INVALID_FIELD_SHARING";
    /// A `@shareable` is where it means nothing, or duplicated.
    InvalidShareableUsage = "INVALID_SHAREABLE_USAGE";
    /// A shareable field can return different object types in different subgraphs.
    ShareableHasMismatchedRuntimeTypes = "SHAREABLE_HAS_MISMATCHED_RUNTIME_TYPES";
    /// A required argument is unknown to some subgraphs.
    RequiredArgumentMissingInSomeSubgraph = "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH";
    /// A required input field is unknown to some subgraphs.
    RequiredInputFieldMissingInSomeSubgraph = "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH";
    /// An input type is `@oneOf` in some subgraphs only.
    InputOneOfMismatch = "INPUT_ONE_OF_MISMATCH";
    /// No field of an input type is common to all subgraphs.
    EmptyMergedInputType = "EMPTY_MERGED_INPUT_TYPE";
    /// An enum used as input and as output differs between subgraphs.
    EnumValueMismatch = "ENUM_VALUE_MISMATCH";
    /// No value of an enum is common to all subgraphs.
    EmptyMergedEnumType = "EMPTY_MERGED_ENUM_TYPE";

    // @inaccessible
    /// Something visible refers to an inaccessible type.
    ReferencedInaccessible = "REFERENCED_INACCESSIBLE";
    /// A visible default value uses something inaccessible.
    DefaultValueUsesInaccessible = "DEFAULT_VALUE_USES_INACCESSIBLE";
    /// The query root type is inaccessible.
    QueryRootTypeInaccessible = "QUERY_ROOT_TYPE_INACCESSIBLE";
    /// A required argument or input field is inaccessible.
    RequiredInaccessible = "REQUIRED_INACCESSIBLE";
    /// Something that cannot be hidden is marked inaccessible.
    DisallowedInaccessible = "DISALLOWED_INACCESSIBLE";
    /// A visible interface field is implemented by an inaccessible one.
    ImplementedByInaccessible = "IMPLEMENTED_BY_INACCESSIBLE";
    /// A visible type has nothing visible in it.
    OnlyInaccessibleChildren = "ONLY_INACCESSIBLE_CHILDREN";

    // @override
    /// An `@override` meets a directive it cannot be combined with.
    OverrideCollisionWithAnotherDirective = "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE";
    /// A subgraph overrides its own field.
    OverrideFromSelfError = "OVERRIDE_FROM_SELF_ERROR";
    /// Two subgraphs override a field from each other.
    OverrideSourceHasOverride = "OVERRIDE_SOURCE_HAS_OVERRIDE";
    /// A field of an interface is overridden.
    OverrideOnInterface = "OVERRIDE_ON_INTERFACE";
    /// The label of an `@override` is malformed.
    OverrideLabelInvalid = "OVERRIDE_LABEL_INVALID";

    // Interfaces as entities
    /// An `@interfaceObject` is used against its rules.
    InterfaceObjectUsageError = "INTERFACE_OBJECT_USAGE_ERROR";
    /// An implementation lacks a key of its interface.
    InterfaceKeyNotOnImplementation = "INTERFACE_KEY_NOT_ON_IMPLEMENTATION";
    /// A subgraph with a key on an interface lacks an implementation.
    InterfaceKeyMissingImplementationType = "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE";

    // @context
    /// A context is used that nothing sets, or where it cannot be used.
    ContextNotSet = "CONTEXT_NOT_SET";
    /// A `@fromContext` does not select one value of the right type.
    ContextInvalidSelection = "CONTEXT_INVALID_SELECTION";
    /// A `@fromContext` names no context.
    NoContextInSelection = "NO_CONTEXT_IN_SELECTION";
    /// A type with a contextual argument cannot be fetched by key.
    ContextNoResolvableKey = "CONTEXT_NO_RESOLVABLE_KEY";
    /// The name of a context is malformed.
    ContextNameInvalid = "CONTEXT_NAME_INVALID";
    /// An argument is contextual in some subgraphs only.
    ContextualArgumentNotContextualInAllSubgraphs = "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS";

    // Other directives
    /// A `@composeDirective` asks for the impossible.
    DirectiveCompositionError = "DIRECTIVE_COMPOSITION_ERROR";
    /// A `@cost` is on a field of an interface.
    CostAppliedToInterfaceField = "COST_APPLIED_TO_INTERFACE_FIELD";
    /// A `@listSize` concerns a field that is no list.
    ListSizeAppliedToNonList = "LIST_SIZE_APPLIED_TO_NON_LIST";
    /// The assumed size of a `@listSize` is negative.
    ListSizeInvalidAssumedSize = "LIST_SIZE_INVALID_ASSUMED_SIZE";
    /// A sized field of a `@listSize` does not exist.
    ListSizeInvalidSizedField = "LIST_SIZE_INVALID_SIZED_FIELD";
    /// A slicing argument of a `@listSize` is no integer argument.
    ListSizeInvalidSlicingArgument = "LIST_SIZE_INVALID_SLICING_ARGUMENT";
    /// A `@cacheTag` is on a field of a type that is no root type.
    CacheTagNotOnRootField = "CACHE_TAG_NOT_ON_ROOT_FIELD";
    /// A `@cacheTag` is on a type without a resolvable key.
    CacheTagEntityNotResolvable = "CACHE_TAG_ENTITY_NOT_RESOLVABLE";
    /// The format of a `@cacheTag` is malformed, or names what does not exist.
    CacheTagInvalidFormat = "CACHE_TAG_INVALID_FORMAT";
    /// The format of a `@cacheTag` on a field uses something else than `$args`.
    CacheTagInvalidFormatArgumentOnRootField = "CACHE_TAG_INVALID_FORMAT_ARGUMENT_ON_ROOT_FIELD";
    /// The format of a `@cacheTag` on a type uses something else than `$key`.
    CacheTagInvalidFormatArgumentOnEntity = "CACHE_TAG_INVALID_FORMAT_ARGUMENT_ON_ENTITY";
    /// The format of a `@cacheTag` on a type uses a field that is not in every key.
    CacheTagInvalidFormatFieldSetOnEntity = "CACHE_TAG_INVALID_FORMAT_FIELD_SET_ON_ENTITY";
    /// The format of a `@cacheTag` uses an argument that may be null.
    CacheTagFormatNullableArgument = "CACHE_TAG_FORMAT_NULLABLE_ARGUMENT";
    /// The format of a `@cacheTag` uses a field that may be null.
    CacheTagFormatNullableField = "CACHE_TAG_FORMAT_NULLABLE_FIELD";
    /// An access rule is on an interface or its fields.
    AuthRequirementsAppliedOnInterface = "AUTH_REQUIREMENTS_APPLIED_ON_INTERFACE";
    /// A field reads data under stricter access rules than its own.
    MissingTransitiveAuthRequirements = "MISSING_TRANSITIVE_AUTH_REQUIREMENTS";

    // The whole graph
    /// No operation could resolve a part of the API schema.
    SatisfiabilityError = "SATISFIABILITY_ERROR";
    /// The graph is too large for its satisfiability to be decided.
    MaxValidationSubgraphPathsExceeded = "MAX_VALIDATION_SUBGRAPH_PATHS_EXCEEDED";
    /// The schemas would take more work or memory than composition is given.
    CompositionLimitExceeded = "COMPOSITION_LIMIT_EXCEEDED";
    /// A feature that this composition does not support.
    UnsupportedFeature = "UNSUPPORTED_FEATURE";
    /// A supergraph SDL is not one.
    InvalidFederationSupergraph = "INVALID_FEDERATION_SUPERGRAPH";

    // Hints
    /// Hint: the types of a field differ, compatibly.
    InconsistentButCompatibleFieldType = "INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE";
    /// Hint: the types of an argument differ, compatibly.
    InconsistentButCompatibleArgumentType = "INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE";
    /// Hint: only some subgraphs have a default value, which is dropped.
    InconsistentDefaultValuePresence = "INCONSISTENT_DEFAULT_VALUE_PRESENCE";
    /// Hint: a type has a key in some subgraphs only.
    InconsistentEntity = "INCONSISTENT_ENTITY";
    /// Hint: some subgraphs lack a field of an object without keys.
    InconsistentObjectValueTypeField = "INCONSISTENT_OBJECT_VALUE_TYPE_FIELD";
    /// Hint: some subgraphs lack a field of an interface.
    InconsistentInterfaceValueTypeField = "INCONSISTENT_INTERFACE_VALUE_TYPE_FIELD";
    /// Hint: an input field is dropped because some subgraphs lack it.
    InconsistentInputObjectField = "INCONSISTENT_INPUT_OBJECT_FIELD";
    /// Hint: some subgraphs lack a member of a union.
    InconsistentUnionMember = "INCONSISTENT_UNION_MEMBER";
    /// Hint: a value is dropped because some subgraphs lack it.
    InconsistentEnumValueForInputEnum = "INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM";
    /// Hint: some subgraphs lack a value.
    InconsistentEnumValueForOutputEnum = "INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM";
    /// Hint: a type system directive is repeatable in some subgraphs only.
    InconsistentTypeSystemDirectiveRepeatable = "INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_REPEATABLE";
    /// Hint: the locations of a type system directive differ.
    InconsistentTypeSystemDirectiveLocations = "INCONSISTENT_TYPE_SYSTEM_DIRECTIVE_LOCATIONS";
    /// Hint: an executable directive is dropped because some subgraphs lack it.
    InconsistentExecutableDirectivePresence = "INCONSISTENT_EXECUTABLE_DIRECTIVE_PRESENCE";
    /// Hint: an executable directive is dropped for lack of a common location.
    NoExecutableDirectiveIntersection = "NO_EXECUTABLE_DIRECTIVE_INTERSECTION";
    /// Hint: an executable directive is repeatable in some subgraphs only.
    InconsistentExecutableDirectiveRepeatable = "INCONSISTENT_EXECUTABLE_DIRECTIVE_REPEATABLE";
    /// Hint: the locations of an executable directive differ.
    InconsistentExecutableDirectiveLocations = "INCONSISTENT_EXECUTABLE_DIRECTIVE_LOCATIONS";
    /// Hint: descriptions differ.
    InconsistentDescription = "INCONSISTENT_DESCRIPTION";
    /// Hint: an argument is dropped because some subgraphs lack it.
    InconsistentArgumentPresence = "INCONSISTENT_ARGUMENT_PRESENCE";
    /// Hint: a field is overridden from a subgraph that is not there.
    FromSubgraphDoesNotExist = "FROM_SUBGRAPH_DOES_NOT_EXIST";
    /// Hint: an overridden field serves nothing any more.
    OverriddenFieldCanBeRemoved = "OVERRIDDEN_FIELD_CAN_BE_REMOVED";
    /// Hint: an `@override` serves nothing any more.
    OverrideDirectiveCanBeRemoved = "OVERRIDE_DIRECTIVE_CAN_BE_REMOVED";
    /// Hint: a field is being migrated step by step.
    OverrideMigrationInProgress = "OVERRIDE_MIGRATION_IN_PROGRESS";
    /// Hint: nothing refers to an enum.
    UnusedEnumType = "UNUSED_ENUM_TYPE";
    /// Hint: the arguments of a directive differ; one is chosen.
    InconsistentNonRepeatableDirectiveArguments = "INCONSISTENT_NON_REPEATABLE_DIRECTIVE_ARGUMENTS";
    /// Hint: the arguments of a directive differ and were combined.
    MergedNonRepeatableDirectiveArguments = "MERGED_NON_REPEATABLE_DIRECTIVE_ARGUMENTS";
    /// Hint: a `@composeDirective` is superfluous or ignored.
    DirectiveCompositionInfo = "DIRECTIVE_COMPOSITION_INFO";
    /// Hint: a composed directive has another name in a subgraph.
    DirectiveCompositionWarn = "DIRECTIVE_COMPOSITION_WARN";
    /// Hint: a shareable field can return different object types in different subgraphs.
    InconsistentRuntimeTypesForShareableReturn = "INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN";
    /// Hint: a later version of Federation is linked than the newest one known.
    NewerFederationVersion = "NEWER_FEDERATION_VERSION";
    /// Hint: a linked feature needs a later version of Federation than the one linked.
    ImplicitlyUpgradedFederationVersion = "IMPLICITLY_UPGRADED_FEDERATION_VERSION";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
