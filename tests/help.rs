//! What the command line says of itself.

mod common;

use common::{Sandbox, stderr, stdout};

#[test]
fn help_teaches() {
    let output = Sandbox::new().dechaff(&["--help"]);
    insta::assert_snapshot!(stdout(&output));
}

#[test]
fn a_wrong_command_line_is_an_error_of_its_own() {
    let sandbox = Sandbox::new();
    for (arguments, reason) in [
        (vec!["filter"], "<INPUT>"),
        (vec!["filter", "a.jsonl", "--max-content-loss", "200%"], "from 0% to 100%"),
        (vec!["filter", "a.jsonl", "--max-content-loss", "0.5"], "write 50% or 0.5%"),
        (vec!["filter", "a.jsonl", "--max-content-loss", "100%"], "below 100%"),
        (vec!["sample", "a.jsonl", "--share", "101%"], "from 0% to 100%"),
        (vec!["sample", "a.jsonl", "--share", "50"], "write 50%"),
        (vec!["evaluate", "a.jsonl", "--folds", "5", "--model", "m"], "cannot be used with"),
        (vec!["clean"], "unrecognized subcommand"),
    ] {
        let output = sandbox.dechaff(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(reason), "{}", stderr(&output));
    }
}
