//! Opens the console where somebody sits in front of it.

use std::process::{Command, Stdio};

/// The program that opens a URL in the browser of the person who sits here; `None` where probably nobody does: in continuous integration, in a
/// container, on a machine that is worked on from afar.
fn opener() -> Option<&'static [&'static str]> {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if is_set("CI") || is_set("SSH_CONNECTION") || is_set("KUBERNETES_SERVICE_HOST") {
        return None;
    }
    if cfg!(target_os = "macos") {
        return Some(&["open"]);
    }
    if cfg!(windows) {
        return Some(&["cmd", "/C", "start", ""]);
    }
    (is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")).then_some(&["xdg-open"])
}

/// Opens a page, if that is sensible. Whether it comes up is up to the machine: its address was printed.
pub(super) fn open(url: &str) {
    let Some([program, arguments @ ..]) = opener() else {
        return;
    };
    let mut command = Command::new(program);
    command.args(arguments).arg(url);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if let Ok(mut child) = command.spawn() {
        // It ends by itself; somebody has to take note of that.
        std::thread::spawn(move || child.wait());
    }
}
