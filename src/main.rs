fn main() -> std::process::ExitCode { dechaff::cli::main() }
