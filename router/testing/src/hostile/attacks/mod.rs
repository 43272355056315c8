//! The attacks, a file for each family.

use std::pin::Pin;

use super::field::Field;
use super::report::Endings;
use super::wire::Ending;
use crate::Random;

mod answers;
mod bodies;
mod codings;
mod connections;
mod copies;
mod defaults;
mod deferred;
mod door;
mod frames;
mod framing;
mod guarded;
mod introspection;
mod issuers;
mod left;
mod mistakes;
mod names;
mod operations;
mod repeated;
mod sdl;
mod sockets;
mod streamed;
mod subscriptions;
mod variables;

/// What an attack does; it ends when all that it began has ended.
type Attacking<'f> = Pin<Box<dyn Future<Output = Endings> + Send + 'f>>;

/// One attack.
pub(super) struct Attack {
    pub(super) name: &'static str,
    /// For the table.
    pub(super) sends: &'static str,
    /// The limit of open files of the router, where that is what is attacked.
    pub(super) open_files: Option<u64>,
    /// Keys beside the defaults, where what they switch on is attacked.
    pub(super) configuration: &'static str,
    pub(super) run: for<'f> fn(&'f Field, Random) -> Attacking<'f>,
}

const fn attack(
    name: &'static str,
    sends: &'static str,
    run: for<'f> fn(&'f Field, Random) -> Attacking<'f>,
) -> Attack {
    Attack {
        name,
        sends,
        open_files: None,
        configuration: "",
        run,
    }
}

const fn few_files(attack: Attack) -> Attack {
    Attack {
        open_files: Some(1024),
        ..attack
    }
}

const fn at_the_door(attack: Attack) -> Attack {
    Attack {
        configuration: door::CONFIGURATION,
        ..attack
    }
}

/// All of them.
pub(super) const ATTACKS: &[Attack] = &[
    attack(
        "defaults",
        "`{}` for an input type of 41 levels, each with two fields of the one below that are `{}` by default",
        defaults::doubling,
    ),
    attack(
        "sdl",
        "a new bad SDL every second: stray characters, unknown types, conflicts, deep nesting, long strings",
        sdl::bad_every_second,
    ),
    attack(
        "sdl-large",
        "a new SDL of a megabyte or more every second, valid and not",
        sdl::large_every_second,
    ),
    attack(
        "bodies-unfinished",
        "150 bodies of 1.9 MB without their last byte",
        bodies::unfinished,
    ),
    attack("bodies-slow", "bodies that come byte by byte", bodies::slow),
    attack(
        "bodies-nested",
        "bodies of brackets, and of strings that are escapes",
        bodies::nested,
    ),
    attack(
        "readers-slow",
        "eight clients that ask for 30 MB and do not read",
        answers::slow_readers,
    ),
    attack(
        "answers-small-values",
        "answers of 60 MB of numbers of one digit, nobody's and somebody's",
        answers::small_values,
    ),
    attack(
        "answers-objects",
        "an answer of 60 MB of entities, each to be fetched",
        answers::objects,
    ),
    attack(
        "answers-nested",
        "answers nested 100,000 deep, and 1,000,000 members wide",
        answers::nested,
    ),
    attack(
        "answers-endless",
        "answers without an end, fast and byte by byte",
        answers::endless,
    ),
    attack(
        "answers-wrong",
        "wrong content types, statuses, huge headers, gzip nobody asked for, invalid UTF-8, cut JSON, `1e999`",
        answers::wrong,
    ),
    attack(
        "answers-entities",
        "entities of a wrong number, type and shape, an error for each",
        answers::entities,
    ),
    attack(
        "answers-contexts",
        "entities of which each takes another value from what encloses it, so that each is asked for by a field of its own",
        answers::contexts,
    ),
    attack(
        "answers-repeated",
        "an entity at 3,000 places with values of 8 MB that come to nothing, keys of 8 MB, and 100,000 keys",
        repeated::values,
    ),
    attack(
        "answers-keys",
        "keys of 8 MB and a million with escapes, looked for by 990 fields; 3,000 forms of objects under names of 1,024 bytes",
        repeated::keys,
    ),
    few_files(attack(
        "connections-idle",
        "1,200 connections that send nothing, where 1,024 files may be open",
        connections::silent,
    )),
    few_files(attack(
        "connections-kept",
        "1,200 connections that ask once and stay",
        connections::kept,
    )),
    few_files(attack(
        "connections-heads",
        "1,200 heads that never end",
        connections::heads,
    )),
    few_files(attack(
        "connections-slow-loris",
        "600 heads that grow by a byte at a time",
        connections::slow_loris,
    )),
    few_files(attack(
        "connections-half-closed",
        "1,200 connections that are closed on one side",
        connections::half_closed,
    )),
    few_files(attack(
        "connections-admin",
        "1,200 silent connections to the admin port",
        connections::admin,
    )),
    attack(
        "operations-aliases",
        "aliases up to the limits and beyond",
        operations::aliases,
    ),
    attack(
        "operations-fragments",
        "fragments that spread two of the next, thirty levels deep, and cycles",
        operations::fragments,
    ),
    attack(
        "operations-directives",
        "directives by the thousand",
        operations::directives,
    ),
    attack(
        "operations-depth",
        "selections and values nested 5,000 deep",
        operations::depth,
    ),
    attack(
        "operations-overlapping",
        "fields that overlap, each with each, at every level",
        operations::overlapping,
    ),
    attack(
        "operations-unions",
        "forty members of a union, in each other",
        operations::unions,
    ),
    attack(
        "operations-interfaces",
        "an interface in itself, asked for itself and for one of its twenty objects, up to forty levels deep",
        operations::interfaces,
    ),
    attack(
        "operations-names",
        "names, strings, labels and default values of up to 1.9 MB, and names of 1,024 bytes, at up to 600 places each",
        names::long,
    ),
    attack(
        "operations-mistakes",
        "a fragment of wrong values, of wrong variables and of unknown fields, in each of hundreds of operations",
        mistakes::products,
    ),
    at_the_door(attack(
        "operations-guarded",
        "fragments that spread two of the next where access rules count, and a variable of a megabyte with a cost, used 400 times",
        guarded::products,
    )),
    attack(
        "operations-distinct",
        "distinct operations as fast as they are taken, beside a known one",
        operations::distinct,
    ),
    attack(
        "operations-generated",
        "operations of random tokens",
        operations::generated,
    ),
    attack(
        "variables",
        "variables that are large, deep, many, and lists where one value is expected",
        variables::bombs,
    ),
    attack(
        "variables-names",
        "2,400 variables beside a member whose name is 950,000 escapes, and 240 `__type` of a name of 1.8 MB",
        variables::names,
    ),
    attack(
        "introspection",
        "introspection nested in itself, and of everything, many times",
        introspection::bombs,
    ),
    attack(
        "framing",
        "no Host, two, Content-Length with Transfer-Encoding, bad chunks, smuggled requests, long addresses, many headers",
        framing::shapes,
    ),
    attack(
        "framing-chunks",
        "chunk extensions and trailers without an end",
        framing::endless_chunks,
    ),
    attack(
        "framing-generated",
        "requests with random bytes changed",
        framing::generated,
    ),
    attack(
        "frames",
        "PING, SETTINGS, WINDOW_UPDATE, PRIORITY and frames of no known type over HTTP/2, as fast as they are taken",
        frames::flood,
    ),
    attack(
        "copies-persisted",
        "persisted queries of 128 KiB and of 1.9 MB by their hashes, under ever new operation names",
        copies::of_a_persisted_query,
    ),
    attack(
        "copies-documents",
        "distinct documents of 1.9 MB, and documents of 900,000 lines with a mistake",
        copies::of_documents,
    ),
    attack(
        "left-mutations",
        "mutations with headers of 48 KB for a subgraph that does not answer, whose clients leave at once",
        left::mutations,
    ),
    Attack {
        configuration: sockets::CONFIGURATION,
        ..attack(
            "sockets",
            "WebSockets with messages of 1.9 MB that do not end, of 100,000 frames, and fifty subscriptions of 500 KB each",
            sockets::messages,
        )
    },
    attack(
        "subscriptions",
        "1,500 subscriptions at once",
        subscriptions::many,
    ),
    attack(
        "subscriptions-endless",
        "streams of events as fast as they can be sent, to clients that do not read",
        subscriptions::endless,
    ),
    attack(
        "defer",
        "`@defer` in `@defer`, by the hundred",
        deferred::bombs,
    ),
    attack(
        "stream",
        "`@stream` with counts that are none, in itself, beside itself and with `@defer`, by the hundred",
        streamed::bombs,
    ),
    attack(
        "stream-long",
        "`@stream` on lists of 20,000 entities, also to clients that do not read",
        streamed::long_lists,
    ),
    at_the_door(attack(
        "door-tokens",
        "tokens of 60 KB, of other algorithms, and of 10,000 keys that there are not",
        door::tokens,
    )),
    at_the_door(attack(
        "door-heads",
        "heads of 10,000 fields, of a megabyte, and lists of 8,000 values in one field",
        door::heads,
    )),
    at_the_door(attack(
        "door-ids",
        "ids of documents that are paths, and hashes that are none",
        door::ids,
    )),
    at_the_door(attack(
        "door-batches",
        "batches in batches, of 40,000 requests, and of what are no requests",
        door::batches,
    )),
    at_the_door(attack(
        "door-codings",
        "compressed bodies of 128 MB in a few KB, bombs in bombs, a window of 2 GB, 95,000 members of nothing, and what is no code",
        codings::bombs,
    )),
    Attack {
        configuration: issuers::CONFIGURATION,
        ..attack(
            "door-issuers",
            "tokens of 6,000 keys while one issuer is silent and another gives 10 MB, 10,000 keys, HTML, redirects, byte by byte",
            issuers::flapping,
        )
    },
    at_the_door(attack(
        "door-uploads",
        "forms without an end, with heads of a megabyte, maps of 4,000 places, files that do not come or are announced longer than they are",
        door::uploads,
    )),
];

/// Adds what another part of an attack came to.
fn add(all: &mut Endings, more: Endings) {
    for (ending, count) in more {
        *all.entry(ending).or_default() += count;
    }
}

fn add_one(all: &mut Endings, ending: Ending) {
    *all.entry(ending).or_default() += 1;
}
