//! The program `calculatrice`.

fn main() -> std::process::ExitCode {
    service::run(calculatrice::program())
}
