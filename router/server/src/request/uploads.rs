//! Files that come with a request: what of them is taken, and where they may appear.

use client::RequestClient;
use executor::{FilePaths, Misplaced, Variables, check_files};
use planner::QueryPlan;
use settings::Section;
use settings::units::print_size;
use upload::{Bounds, Upload};

use crate::config::Limits;
use crate::refusal::Refusal;

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// The section `uploads`.
#[derive(Clone, Copy, Debug)]
pub struct Config {
    /// Files in one request; 0 where none are taken.
    pub max_files: usize,
    /// Of one file, in bytes.
    pub max_file_size: usize,
    /// The size of all files of a request, in bytes.
    pub max_size: usize,
}

impl Config {
    pub(crate) fn read(section: Section<'_>) -> Self {
        let config = Self {
            max_files: section
                .key("max_files", "Files in one request (`multipart/form-data`, by the GraphQL multipart request specification). They are passed on to one subgraph as they come. `0` refuses such requests. They need a header that forces a preflight, such as `graphql-require-preflight: 1`, unless `csrf_prevention` is off.")
                .count(0, 0..=1_000),
            max_file_size: section
                .key("max_file_size", "One file; a longer one is answered 413, and what the subgraph has been sent of it breaks off. The time for all of a request is that of `timeouts.request` and of the subgraph.")
                .size(16 * MIB, KIB..=64 * 1024 * MIB),
            max_size: section
                .key("max_size", "All files of one request. They count towards neither `limits.request_body` nor `limits.memory`, as they are never held.")
                .size(64 * MIB, KIB..=64 * 1024 * MIB),
        };
        let is_written = section.place_of("max_file_size").is_some();
        if is_written && config.max_file_size > config.max_size {
            section.report_key(
                "max_file_size",
                format!(
                    "{} is more than uploads.max_size, {}, which all files of a request have together",
                    print_size(config.max_file_size),
                    print_size(config.max_size)
                ),
                "at most uploads.max_size",
            );
        }
        section.end();
        config
    }

    /// Whether requests with files are taken at all.
    pub(crate) fn are_taken(&self) -> bool {
        self.max_files > 0
    }

    /// What a request with files may have.
    pub(crate) fn bounds(&self, limits: &Limits) -> Bounds {
        Bounds {
            operations: limits.request_body,
            files: self.max_files,
            file: self.max_file_size,
            total: self.max_size,
        }
    }
}

/// Where the files of a request stand in its variables; nowhere where it has none.
pub(super) fn paths(upload: Option<&Upload>) -> FilePaths {
    let all = upload.into_iter().flat_map(|upload| upload.map().paths());
    all.filter_map(|(file, path)| Some((path.strip_prefix("variables.")?, file)))
        .collect()
}

/// Refuses an operation whose files would go to several places, or wait for something else.
pub(super) fn check(plan: &QueryPlan, variables: &Variables) -> Result<(), Refusal> {
    check_files(plan, variables).map_err(|misplaced| {
        Refusal::Upload(match misplaced {
            Misplaced::Several => {
                "files can be sent with one request to one subgraph, and this operation needs several"
            }
            Misplaced::Entity => {
                "files can be arguments of fields that are asked for at once, and a field here needs another subgraph's answer first"
            }
        })
    })
}

/// Why what a client was to send did not come, if it did not: then nothing of the answer counts.
pub(super) fn came(client: &RequestClient<'_>) -> Result<(), Refusal> {
    let failure = client.upload.and_then(|upload| upload.failure());
    failure.map_or(Ok(()), |failure| Err(failure.clone().into()))
}
