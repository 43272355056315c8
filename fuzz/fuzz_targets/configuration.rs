//! A configuration: read, or told what is wrong; what is read can be shown, and shows the same when it is read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use router::Config;

fuzz_target!(|text: &str| {
    let environment = |name: &str| (name == "SET").then(|| "value".to_owned());
    match Config::parse(text, "/router.yaml".as_ref(), &environment) {
        Err(error) => drop(error.to_string()),
        Ok(config) => drop(config.shown().to_yaml()),
    }
});
