//! What can happen to a part of a schema.

use std::fmt;

use serde::{Serialize, Serializer};

/// Each kind, with its stable name and what it says.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $name:literal,)*) => {
        /// What happened to a part of a schema. The names are stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $($(#[$doc])* $kind,)*
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &[Kind] = &[$(Kind::$kind,)*];

            /// The stable name.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Kind::$kind => $name,)*
                }
            }
        }
    };
}

kinds! {
    /// Another type is the root of queries.
    SchemaQueryTypeChanged = "SCHEMA_QUERY_TYPE_CHANGED",
    /// Another type is the root of mutations, or there is one now, or none any more.
    SchemaMutationTypeChanged = "SCHEMA_MUTATION_TYPE_CHANGED",
    /// Another type is the root of subscriptions, or there is one now, or none any more.
    SchemaSubscriptionTypeChanged = "SCHEMA_SUBSCRIPTION_TYPE_CHANGED",
    /// The description of the schema.
    SchemaDescriptionChanged = "SCHEMA_DESCRIPTION_CHANGED",
    /// A type.
    TypeAdded = "TYPE_ADDED",
    /// A type.
    TypeRemoved = "TYPE_REMOVED",
    /// An object became an interface, a scalar an enum, and so on.
    TypeKindChanged = "TYPE_KIND_CHANGED",
    /// Added: a type description.
    TypeDescriptionAdded = "TYPE_DESCRIPTION_ADDED",
    /// Removed: a type description.
    TypeDescriptionRemoved = "TYPE_DESCRIPTION_REMOVED",
    /// Changed: a type description.
    TypeDescriptionChanged = "TYPE_DESCRIPTION_CHANGED",
    /// A field of an object or interface.
    FieldAdded = "FIELD_ADDED",
    /// A field of an object or interface.
    FieldRemoved = "FIELD_REMOVED",
    /// The type of a field's result.
    FieldTypeChanged = "FIELD_TYPE_CHANGED",
    /// Added: a field description.
    FieldDescriptionAdded = "FIELD_DESCRIPTION_ADDED",
    /// Removed: a field description.
    FieldDescriptionRemoved = "FIELD_DESCRIPTION_REMOVED",
    /// Changed: a field description.
    FieldDescriptionChanged = "FIELD_DESCRIPTION_CHANGED",
    /// Added: a field deprecation.
    FieldDeprecationAdded = "FIELD_DEPRECATION_ADDED",
    /// Removed: a field deprecation.
    FieldDeprecationRemoved = "FIELD_DEPRECATION_REMOVED",
    /// Changed: a field deprecation reason.
    FieldDeprecationReasonChanged = "FIELD_DEPRECATION_REASON_CHANGED",
    /// Added: a field argument.
    FieldArgumentAdded = "FIELD_ARGUMENT_ADDED",
    /// Removed: a field argument.
    FieldArgumentRemoved = "FIELD_ARGUMENT_REMOVED",
    /// Changed: a field argument type.
    FieldArgumentTypeChanged = "FIELD_ARGUMENT_TYPE_CHANGED",
    /// The default value of an argument was added, removed or changed.
    FieldArgumentDefaultChanged = "FIELD_ARGUMENT_DEFAULT_CHANGED",
    /// Changed: a field argument description.
    FieldArgumentDescriptionChanged = "FIELD_ARGUMENT_DESCRIPTION_CHANGED",
    /// Added: a field argument deprecation.
    FieldArgumentDeprecationAdded = "FIELD_ARGUMENT_DEPRECATION_ADDED",
    /// Removed: a field argument deprecation.
    FieldArgumentDeprecationRemoved = "FIELD_ARGUMENT_DEPRECATION_REMOVED",
    /// Changed: a field argument deprecation reason.
    FieldArgumentDeprecationReasonChanged = "FIELD_ARGUMENT_DEPRECATION_REASON_CHANGED",
    /// Added: an input field.
    InputFieldAdded = "INPUT_FIELD_ADDED",
    /// Removed: an input field.
    InputFieldRemoved = "INPUT_FIELD_REMOVED",
    /// Changed: an input field type.
    InputFieldTypeChanged = "INPUT_FIELD_TYPE_CHANGED",
    /// The default value of an input field was added, removed or changed.
    InputFieldDefaultValueChanged = "INPUT_FIELD_DEFAULT_VALUE_CHANGED",
    /// Added: an input field description.
    InputFieldDescriptionAdded = "INPUT_FIELD_DESCRIPTION_ADDED",
    /// Removed: an input field description.
    InputFieldDescriptionRemoved = "INPUT_FIELD_DESCRIPTION_REMOVED",
    /// Changed: an input field description.
    InputFieldDescriptionChanged = "INPUT_FIELD_DESCRIPTION_CHANGED",
    /// Added: an input field deprecation.
    InputFieldDeprecationAdded = "INPUT_FIELD_DEPRECATION_ADDED",
    /// Removed: an input field deprecation.
    InputFieldDeprecationRemoved = "INPUT_FIELD_DEPRECATION_REMOVED",
    /// Changed: an input field deprecation reason.
    InputFieldDeprecationReasonChanged = "INPUT_FIELD_DEPRECATION_REASON_CHANGED",
    /// Added: an enum value.
    EnumValueAdded = "ENUM_VALUE_ADDED",
    /// Removed: an enum value.
    EnumValueRemoved = "ENUM_VALUE_REMOVED",
    /// Changed: an enum value description.
    EnumValueDescriptionChanged = "ENUM_VALUE_DESCRIPTION_CHANGED",
    /// An enum value is deprecated now.
    EnumValueDeprecationReasonAdded = "ENUM_VALUE_DEPRECATION_REASON_ADDED",
    /// An enum value is no longer deprecated.
    EnumValueDeprecationReasonRemoved = "ENUM_VALUE_DEPRECATION_REASON_REMOVED",
    /// Changed: an enum value deprecation reason.
    EnumValueDeprecationReasonChanged = "ENUM_VALUE_DEPRECATION_REASON_CHANGED",
    /// Added: an union member.
    UnionMemberAdded = "UNION_MEMBER_ADDED",
    /// Removed: an union member.
    UnionMemberRemoved = "UNION_MEMBER_REMOVED",
    /// An object or interface implements another interface.
    ObjectTypeInterfaceAdded = "OBJECT_TYPE_INTERFACE_ADDED",
    /// An object or interface no longer implements an interface.
    ObjectTypeInterfaceRemoved = "OBJECT_TYPE_INTERFACE_REMOVED",
    /// The definition of a directive.
    DirectiveAdded = "DIRECTIVE_ADDED",
    /// The definition of a directive.
    DirectiveRemoved = "DIRECTIVE_REMOVED",
    /// Changed: a directive description.
    DirectiveDescriptionChanged = "DIRECTIVE_DESCRIPTION_CHANGED",
    /// Added: a directive location.
    DirectiveLocationAdded = "DIRECTIVE_LOCATION_ADDED",
    /// Removed: a directive location.
    DirectiveLocationRemoved = "DIRECTIVE_LOCATION_REMOVED",
    /// Added: a directive repeatable.
    DirectiveRepeatableAdded = "DIRECTIVE_REPEATABLE_ADDED",
    /// Removed: a directive repeatable.
    DirectiveRepeatableRemoved = "DIRECTIVE_REPEATABLE_REMOVED",
    /// Added: a directive argument.
    DirectiveArgumentAdded = "DIRECTIVE_ARGUMENT_ADDED",
    /// Removed: a directive argument.
    DirectiveArgumentRemoved = "DIRECTIVE_ARGUMENT_REMOVED",
    /// Changed: a directive argument type.
    DirectiveArgumentTypeChanged = "DIRECTIVE_ARGUMENT_TYPE_CHANGED",
    /// Changed: a directive argument default value.
    DirectiveArgumentDefaultValueChanged = "DIRECTIVE_ARGUMENT_DEFAULT_VALUE_CHANGED",
    /// Changed: a directive argument description.
    DirectiveArgumentDescriptionChanged = "DIRECTIVE_ARGUMENT_DESCRIPTION_CHANGED",
    /// A directive was added on the schema.
    DirectiveUsageSchemaAdded = "DIRECTIVE_USAGE_SCHEMA_ADDED",
    /// A directive was removed on the schema.
    DirectiveUsageSchemaRemoved = "DIRECTIVE_USAGE_SCHEMA_REMOVED",
    /// A directive was added on a scalar.
    DirectiveUsageScalarAdded = "DIRECTIVE_USAGE_SCALAR_ADDED",
    /// A directive was removed on a scalar.
    DirectiveUsageScalarRemoved = "DIRECTIVE_USAGE_SCALAR_REMOVED",
    /// A directive was added on an object.
    DirectiveUsageObjectAdded = "DIRECTIVE_USAGE_OBJECT_ADDED",
    /// A directive was removed on an object.
    DirectiveUsageObjectRemoved = "DIRECTIVE_USAGE_OBJECT_REMOVED",
    /// A directive was added on an interface.
    DirectiveUsageInterfaceAdded = "DIRECTIVE_USAGE_INTERFACE_ADDED",
    /// A directive was removed on an interface.
    DirectiveUsageInterfaceRemoved = "DIRECTIVE_USAGE_INTERFACE_REMOVED",
    /// A directive was added on an union.
    DirectiveUsageUnionAdded = "DIRECTIVE_USAGE_UNION_ADDED",
    /// A directive was removed on an union.
    DirectiveUsageUnionRemoved = "DIRECTIVE_USAGE_UNION_REMOVED",
    /// A directive was added on an enum.
    DirectiveUsageEnumAdded = "DIRECTIVE_USAGE_ENUM_ADDED",
    /// A directive was removed on an enum.
    DirectiveUsageEnumRemoved = "DIRECTIVE_USAGE_ENUM_REMOVED",
    /// A directive was added on an enum value.
    DirectiveUsageEnumValueAdded = "DIRECTIVE_USAGE_ENUM_VALUE_ADDED",
    /// A directive was removed on an enum value.
    DirectiveUsageEnumValueRemoved = "DIRECTIVE_USAGE_ENUM_VALUE_REMOVED",
    /// A directive was added on an input object.
    DirectiveUsageInputObjectAdded = "DIRECTIVE_USAGE_INPUT_OBJECT_ADDED",
    /// A directive was removed on an input object.
    DirectiveUsageInputObjectRemoved = "DIRECTIVE_USAGE_INPUT_OBJECT_REMOVED",
    /// A directive was added on a field definition.
    DirectiveUsageFieldDefinitionAdded = "DIRECTIVE_USAGE_FIELD_DEFINITION_ADDED",
    /// A directive was removed on a field definition.
    DirectiveUsageFieldDefinitionRemoved = "DIRECTIVE_USAGE_FIELD_DEFINITION_REMOVED",
    /// A directive was added on an argument definition.
    DirectiveUsageArgumentDefinitionAdded = "DIRECTIVE_USAGE_ARGUMENT_DEFINITION_ADDED",
    /// A directive was removed on an argument definition.
    DirectiveUsageArgumentDefinitionRemoved = "DIRECTIVE_USAGE_ARGUMENT_DEFINITION_REMOVED",
    /// A directive was added on an input field definition.
    DirectiveUsageInputFieldDefinitionAdded = "DIRECTIVE_USAGE_INPUT_FIELD_DEFINITION_ADDED",
    /// A directive was removed on an input field definition.
    DirectiveUsageInputFieldDefinitionRemoved = "DIRECTIVE_USAGE_INPUT_FIELD_DEFINITION_REMOVED",
    /// Added: a subgraph.
    SubgraphAdded = "SUBGRAPH_ADDED",
    /// Removed: a subgraph.
    SubgraphRemoved = "SUBGRAPH_REMOVED",
    /// Another subgraph resolves the field, too.
    FieldSubgraphAdded = "FIELD_SUBGRAPH_ADDED",
    /// A subgraph no longer resolves the field; others still do.
    FieldSubgraphRemoved = "FIELD_SUBGRAPH_REMOVED",
    /// Other subgraphs resolve the field than before.
    FieldMoved = "FIELD_MOVED",
    /// A `@key` of a type in a subgraph.
    KeyAdded = "KEY_ADDED",
    /// A `@key` of a type in a subgraph.
    KeyRemoved = "KEY_REMOVED",
    /// The `@requires` of a field in a subgraph.
    RequiresChanged = "REQUIRES_CHANGED",
    /// The `@provides` of a field in a subgraph.
    ProvidesChanged = "PROVIDES_CHANGED",
    /// The `@override` of a field in a subgraph, or its label.
    OverrideChanged = "OVERRIDE_CHANGED",
    /// `@authenticated`, `@requiresScopes` or `@policy` on a type or a field.
    AccessRuleAdded = "ACCESS_RULE_ADDED",
    /// `@authenticated`, `@requiresScopes` or `@policy` on a type or a field.
    AccessRuleRemoved = "ACCESS_RULE_REMOVED",
    /// The scopes or policies of a rule.
    AccessRuleChanged = "ACCESS_RULE_CHANGED",
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
