//! The `dechaff` command.

fn main() -> std::process::ExitCode {
    dechaff::cli::main()
}
