//! The program `statistiques`.

fn main() -> std::process::ExitCode {
    service::run(statistiques::program())
}
