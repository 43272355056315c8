//! Opens the console where somebody sits in front of it.

use std::process::{Command, Stdio};

/// The program that opens a URL in the browser of the user on this operating system, given which variables the environment sets; `None` where there
/// probably is no browser: in continuous integration, in a container, on a machine that is worked on from afar.
fn opener(os: &str, is_set: impl Fn(&str) -> bool) -> Option<&'static [&'static str]> {
    if ["CI", "SSH_CONNECTION", "KUBERNETES_SERVICE_HOST"]
        .into_iter()
        .any(&is_set)
    {
        return None;
    }
    match os {
        "macos" => Some(&["open"]),
        "windows" => Some(&["cmd", "/C", "start", ""]),
        _ => (is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")).then_some(&["xdg-open"]),
    }
}

/// What opens a page, and prints nothing.
fn command(opener: &[&str], url: &str) -> Option<Command> {
    let (program, arguments) = opener.split_first()?;
    let mut command = Command::new(program);
    command
        .args(arguments)
        .arg(url)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    Some(command)
}

/// Opens a page, if that is sensible. Whether it comes up is up to the machine: its address was printed.
pub(super) fn open(url: &str) {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let opener = opener(std::env::consts::OS, is_set);
    if let Some(mut command) = opener.and_then(|opener| command(opener, url))
        && let Ok(mut child) = command.spawn()
    {
        // It ends by itself; somebody has to take note of that.
        std::thread::spawn(move || child.wait());
    }
}

#[cfg(test)]
mod tests {
    use super::{command, opener};

    #[test]
    fn a_browser_is_opened_where_somebody_sits_in_front_of_it() {
        const XDG: Option<&str> = Some("xdg-open");
        for (os, set, program) in [
            ("linux", &["DISPLAY"][..], XDG),
            ("linux", &["WAYLAND_DISPLAY"], XDG),
            ("freebsd", &["DISPLAY"], XDG),
            ("linux", &[], None),
            ("linux", &["DISPLAY", "CI"], None),
            ("linux", &["DISPLAY", "SSH_CONNECTION"], None),
            ("linux", &["DISPLAY", "KUBERNETES_SERVICE_HOST"], None),
            ("macos", &[], Some("open")),
            ("macos", &["SSH_CONNECTION"], None),
            ("windows", &[], Some("cmd")),
            ("windows", &["CI"], None),
        ] {
            let found = opener(os, |name| set.contains(&name));
            let found = found.and_then(|opener| opener.first().copied());
            assert_eq!(found, program, "{os} {set:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_program_gets_the_address_of_the_page() {
        use std::fs::Permissions;
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().expect("a folder");
        let (program, got) = (folder.path().join("xdg-open"), folder.path().join("got"));
        let script = format!("#!/bin/sh\nprintf '%s|' \"$@\" >'{}'\n", got.display());
        std::fs::write(&program, script).expect("written");
        std::fs::set_permissions(&program, Permissions::from_mode(0o755)).expect("executable");
        let opener = opener("linux", |name| name == "DISPLAY").expect("there is a display");
        let mut command = command(opener, "http://127.0.0.1:4000/graphql").expect("a program");
        let status = command.env("PATH", folder.path()).status();
        assert!(status.is_ok_and(|status| status.success()));
        let got = std::fs::read_to_string(&got).expect("it ran");
        assert_eq!(got, "http://127.0.0.1:4000/graphql|");
    }
}
