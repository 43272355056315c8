//! Plans by their normalised operation, kept within a bound of memory.
//!
//! Documents that differ in white space, comments, names of operations, or operations and fragments beside the one that is asked for have one
//! plan. It is looked for when a document is new; a document that is known has its plan already ([`super::documents`]).

use std::sync::Arc;

use apollo_compiler::Node;
use apollo_compiler::executable::{ExecutableDocument, Operation};
use planner::{PlanError, QueryPlan};
use quick_cache::Weighter;
use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, Equivalent};
use sha2::{Digest, Sha256};

use super::documents::{ENTRY_OVERHEAD, bounds};
use super::fragments;
use super::variant::Variant;
use super::weight;

/// The plans of one schema.
pub(super) struct Plans {
    cache: Cache<Key, Arc<QueryPlan>, Weight>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    variant: Variant,
    operation: Box<str>,
}

/// A [`Key`] that borrows; it hashes as the owned one does.
#[derive(Hash)]
struct Lookup<'k> {
    variant: Variant,
    operation: &'k str,
}

impl Equivalent<Key> for Lookup<'_> {
    fn equivalent(&self, key: &Key) -> bool {
        self.operation == &*key.operation && self.variant == key.variant
    }
}

impl From<&Lookup<'_>> for Key {
    fn from(lookup: &Lookup<'_>) -> Self {
        Self {
            variant: lookup.variant,
            operation: lookup.operation.into(),
        }
    }
}

/// What [`Plans::plan`] gives.
pub(super) struct Planned {
    pub(super) plan: Arc<QueryPlan>,
    /// Whether there was one already.
    pub(super) known: bool,
    pub(super) hash: OperationHash,
}

/// Names a normalised operation: the first 8 bytes of the SHA-256 of its text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct OperationHash([u8; 8]);

impl OperationHash {
    fn of(operation: &str) -> Self {
        let mut hash = [0; 8];
        hash.copy_from_slice(&Sha256::digest(operation.as_bytes())[..8]);
        Self(hash)
    }
}

impl std::fmt::Display for OperationHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Bytes, estimated.
#[derive(Clone)]
struct Weight;

impl Weighter<Key, Arc<QueryPlan>> for Weight {
    fn weight(&self, key: &Key, plan: &Arc<QueryPlan>) -> u64 {
        let bytes = ENTRY_OVERHEAD + key.operation.len() + weight::of_plan(plan);
        u64::try_from(bytes).unwrap_or(u64::MAX)
    }
}

impl Plans {
    /// At most `bytes` of them.
    pub(crate) fn new(bytes: usize) -> Self {
        let (hasher, lifecycle) = (DefaultHashBuilder::default(), DefaultLifecycle::default());
        Self {
            cache: Cache::with_options(bounds(bytes), Weight, hasher, lifecycle),
        }
    }

    /// The hash of an operation, as its plan has it.
    pub(crate) fn hash(
        document: &ExecutableDocument,
        operation: &Node<Operation>,
    ) -> OperationHash {
        OperationHash::of(&normalised(document, operation))
    }

    /// The plan of an operation; who asks for it while it is made waits for it.
    ///
    /// # Errors
    ///
    /// What `plan` says; that is not kept.
    pub(crate) fn plan(
        &self,
        document: &ExecutableDocument,
        operation: &Node<Operation>,
        variant: Variant,
        plan: impl FnOnce() -> Result<QueryPlan, PlanError>,
    ) -> Result<Planned, PlanError> {
        let operation = normalised(document, operation);
        let lookup = Lookup {
            variant,
            operation: &operation,
        };
        let mut known = true;
        let made = || {
            known = false;
            plan().map(Arc::new)
        };
        let plan = self.cache.get_or_insert_with(&Key::from(&lookup), made)?;
        Ok(Planned {
            plan,
            known,
            hash: OperationHash::of(&operation),
        })
    }
}

impl std::fmt::Debug for Plans {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plans")
            .field("entries", &self.cache.len())
            .finish_non_exhaustive()
    }
}

/// The operation without its name, and the fragments that it uses, in one spelling.
fn normalised(document: &ExecutableDocument, operation: &Node<Operation>) -> String {
    let mut anonymous = Node::clone(operation);
    anonymous.make_mut().name = None;
    let mut text = anonymous.serialize().no_indent().to_string();
    for fragment in fragments::used(document, operation) {
        text.push_str(&fragment.serialize().no_indent().to_string());
    }
    text
}
