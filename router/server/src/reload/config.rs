//! The key `watch`.

use settings::Section;

/// Reads the key.
pub(crate) fn read(root: &Section<'_>) -> bool {
    root.key("watch", "Whether this file, and the files whose contents it takes by `${file:…}` or for connections to subgraphs, are looked at as often as `polling.interval` says. A changed configuration is checked whole and taken over between requests; a wrong one changes nothing. SIGHUP has it read again in any case.")
        .switch(false)
}
