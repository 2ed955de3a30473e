//! No command line destroys a file: whatever is written and whatever is read are compared before anything is opened.

mod common;

use std::path::Path;
use std::process::Output;
use std::time::Duration;

use common::{Sandbox, json_lines, repository, stderr, stdout};

const RECORD: &str = "{\"id\":1,\"text\":\"The ferry runs again.\"}\n";

/// Commands that read one file and write another: `R` and `W` stand for them. The options as messages name them.
const READ_AND_WRITTEN: [(&str, &str, &str); 25] = [
    ("filter R -o W --overwrite", "INPUT", "-o"),
    ("annotate R -o W --overwrite", "INPUT", "-o"),
    ("sample R --share 50% -o W --overwrite", "INPUT", "-o"),
    ("filter R --rejects W --overwrite", "INPUT", "--rejects"),
    ("filter R -o new.jsonl --rejects W --overwrite", "INPUT", "--rejects"),
    ("filter R -o new.jsonl --by-host=W --overwrite", "INPUT", "--by-host"),
    ("filter R -o new/ --by-host=W --overwrite", "INPUT", "--by-host"),
    ("filter @R -o W --overwrite", "INPUT", "-o"),
    ("filter other.jsonl --model R -o W --overwrite", "--model", "-o"),
    ("filter other.jsonl --model R -o new.jsonl --rejects W --overwrite", "--model", "--rejects"),
    ("filter other.jsonl --model R -o new/ --by-host=W --overwrite", "--model", "--by-host"),
    ("report R -o W --overwrite", "INPUT", "-o"),
    ("report R -o new.html --by-host=W --overwrite", "INPUT", "--by-host"),
    ("report other.jsonl --model R -o W --overwrite", "--model", "-o"),
    ("label R -o W --overwrite", "INPUT", "-o"),
    ("label R -o new.jsonl --export-doccano W --overwrite", "INPUT", "--export-doccano"),
    ("label R -o new.jsonl --export-label-studio W --overwrite", "INPUT", "--export-label-studio"),
    ("label other.jsonl --import R -o W --overwrite", "--import", "-o"),
    ("label other.jsonl --model R -o W --overwrite", "--model", "-o"),
    ("train R -o W --overwrite", "CORPUS", "-o"),
    ("train other.jsonl --line-labels R -o W --overwrite", "--line-labels", "-o"),
    ("evaluate R --report W --overwrite", "CORPUS", "--report"),
    ("evaluate other.jsonl --model R --report W --overwrite", "--model", "--report"),
    ("evaluate other.jsonl --against R --report W --overwrite", "--against", "--report"),
    ("evaluate other.jsonl --line-labels R --report W --overwrite", "--line-labels", "--report"),
];

/// Commands that write two files, `V` and `W`.
const BOTH_WRITTEN: [(&str, &str, &str); 8] = [
    ("filter other.jsonl -o V --rejects W --overwrite", "-o", "--rejects"),
    ("filter other.jsonl -o V --by-host=W --overwrite", "-o", "--by-host"),
    ("filter other.jsonl --rejects V --by-host=W --overwrite", "--rejects", "--by-host"),
    ("report other.jsonl -o V --by-host=W --overwrite", "-o", "--by-host"),
    ("label other.jsonl -o V --export-doccano W --overwrite", "-o", "--export-doccano"),
    ("label other.jsonl -o V --export-label-studio W --overwrite", "-o", "--export-label-studio"),
    (
        "label other.jsonl -o new.jsonl --export-doccano V --export-label-studio W --overwrite",
        "--export-doccano",
        "--export-label-studio",
    ),
    ("merge done -o V --by-host W --overwrite", "-o", "--by-host"),
];

/// Commands that write one file, `W`, and do not say `--overwrite`.
const WRITTEN: [(&str, &str); 13] = [
    ("filter other.jsonl -o W", "-o"),
    ("filter other.jsonl -o new.jsonl --rejects W", "--rejects"),
    ("filter other.jsonl --rejects W", "--rejects"),
    ("filter other.jsonl -o new.jsonl --by-host=W", "--by-host"),
    ("filter other.jsonl --by-host=W", "--by-host"),
    ("filter other.jsonl -o new/ --by-host=W", "--by-host"),
    ("report other.jsonl -o W", "-o"),
    ("label other.jsonl -o new.jsonl --export-doccano W", "--export-doccano"),
    ("label other.jsonl -o new.jsonl --export-label-studio W", "--export-label-studio"),
    ("train other.jsonl -o W", "-o"),
    ("evaluate other.jsonl --report W", "--report"),
    ("merge done -o W", "-o"),
    ("merge done --by-host W", "--by-host"),
];

/// Runs a command whose `label` would otherwise wait for a browser.
fn run(sandbox: &Sandbox, command: &str, files: &[(&str, &str)]) -> Output {
    let words = command.split(' ').map(|word| {
        files.iter().fold(word.to_owned(), |word, (letter, file)| match word.strip_suffix(letter) {
            Some(start) if start.is_empty() || start.ends_with(['=', '@']) => format!("{start}{file}"),
            _ => word,
        })
    });
    let mut command = assert_cmd::Command::cargo_bin("dechaff").unwrap();
    command.current_dir(sandbox.path(".")).args(words).timeout(Duration::from_secs(120)).output().unwrap()
}

/// A folder with something for each of the commands.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("other.jsonl", RECORD);
    sandbox.write("sub/x", "");
    sandbox
}

/// Everything below a folder, links as links.
fn tree(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder).unwrap().display().to_string();
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
                files.push((name, Vec::new()));
            } else {
                files.push((name, std::fs::read(&path).unwrap_or_default()));
            }
        }
    }
    files.sort();
    files
}

/// Other names of a file that exists.
#[cfg(unix)]
fn names(sandbox: &Sandbox, file: &str) -> Vec<String> {
    let path = sandbox.path(file);
    std::os::unix::fs::symlink(&path, sandbox.path("link.jsonl")).unwrap();
    std::fs::hard_link(&path, sandbox.path("hard.jsonl")).unwrap();
    std::os::unix::fs::symlink(sandbox.path("."), sandbox.path("sub/up")).unwrap();
    let whole = path.display().to_string();
    [file, "link.jsonl", "hard.jsonl", &format!("sub/../{file}"), &format!("sub/up/{file}"), &whole]
        .map(str::to_owned)
        .to_vec()
}

fn assert_refused(sandbox: &Sandbox, command: &str, files: &[(&str, &str)], named: &[&str]) {
    let before = tree(&sandbox.path("."));
    let output = run(sandbox, command, files);
    let told = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{command} {files:?}: {told}");
    for option in named {
        assert!(told.contains(option), "{command} {files:?}: {option} is not named: {told}");
    }
    assert!(before == tree(&sandbox.path(".")), "{command} {files:?} changed something");
}

#[cfg(unix)]
#[test]
fn what_is_read_is_never_replaced() {
    for (command, reader, writer) in READ_AND_WRITTEN {
        let sandbox = sandbox();
        if reader == "--model" {
            std::fs::copy(repository("models/default.dechaff"), sandbox.path("file.jsonl")).unwrap();
        } else {
            sandbox.write("file.jsonl", if command.contains('@') { "other.jsonl\n" } else { RECORD });
        }
        for name in names(&sandbox, "file.jsonl") {
            assert_refused(&sandbox, command, &[("R", "file.jsonl"), ("W", &name)], &[reader, writer]);
            assert_refused(&sandbox, command, &[("R", &name), ("W", "file.jsonl")], &[reader, writer]);
        }
    }
}

/// Also without links: the two names of a file that does not exist yet.
#[cfg(unix)]
#[test]
fn two_outputs_are_two_files() {
    for (command, one, two) in BOTH_WRITTEN {
        let sandbox = sandbox();
        sandbox.dechaff(&["filter", "other.jsonl", "-o", "done/"]);
        for name in ["file.jsonl", "sub/../file.jsonl", "./file.jsonl"] {
            assert_refused(&sandbox, command, &[("V", "file.jsonl"), ("W", name)], &[one, two]);
        }
        sandbox.write("file.jsonl", "");
        for name in names(&sandbox, "file.jsonl") {
            assert_refused(&sandbox, command, &[("V", "file.jsonl"), ("W", &name)], &[one, two]);
        }
    }
}

#[test]
fn a_file_that_exists_needs_overwrite() {
    for (command, option) in WRITTEN {
        let sandbox = sandbox();
        sandbox.dechaff(&["filter", "other.jsonl", "-o", "done/"]);
        sandbox.write("precious.jsonl", "of somebody else");
        assert_refused(&sandbox, command, &[("W", "precious.jsonl")], &[option, "--overwrite"]);
        assert_refused(&sandbox, command, &[("W", "nowhere/file.jsonl")], &[option, "no folder"]);
    }
}

/// Outputs of a run into a folder, by what they would be called there.
#[cfg(unix)]
#[test]
fn a_folder_of_outputs_does_not_replace_inputs() {
    type Setup = fn(&Sandbox);
    let setups: [(&str, Setup); 9] = [
        ("filter in -o in --compression none --overwrite", |_| ()),
        ("filter in -o sub/../in/ --compression none --overwrite", |_| ()),
        ("filter in/a.jsonl -o in/ --compression none --overwrite", |_| ()),
        // The input of another shard is an input too.
        ("filter in other.jsonl -o other.jsonl --shard 0/2 --overwrite", |_| ()),
        ("report in other.jsonl -o other.jsonl --shard 0/2 --overwrite", |_| ()),
        ("filter in -o out/ --compression none --overwrite", |s| {
            std::os::unix::fs::symlink(s.path("in/a.jsonl"), s.path("out/a.jsonl")).unwrap();
        }),
        ("filter in -o out/ --compression none --overwrite", |s| {
            std::fs::hard_link(s.path("in/a.jsonl"), s.path("out/a.jsonl")).unwrap();
        }),
        ("filter in -o out/link --compression none --overwrite", |s| {
            std::os::unix::fs::symlink(s.path("in"), s.path("out/link")).unwrap();
        }),
        ("filter in/a.jsonl in/a-00002.jsonl -o in/ --compression none --shard-size 1kB --overwrite", |s| {
            s.write("in/a-00002.jsonl", RECORD);
        }),
    ];
    for (command, setup) in setups {
        let sandbox = sandbox();
        sandbox.write("in/a.jsonl", RECORD);
        std::fs::create_dir_all(sandbox.path("out")).unwrap();
        setup(&sandbox);
        assert_refused(&sandbox, command, &[], &["-o", "INPUT"]);
    }
    let sandbox = sandbox();
    sandbox.write("in/a.jsonl", RECORD);
    let hosts = "filter in -o out/ --compression none --by-host=out/a.jsonl --overwrite";
    std::fs::create_dir_all(sandbox.path("out")).unwrap();
    assert_refused(&sandbox, hosts, &[], &["-o", "--by-host"]);
    // What an earlier run wrote for a unit goes when the unit is made anew, unless it is the input.
    assert_eq!(sandbox.dechaff(&["filter", "in", "-o", "out/"]).status.code(), Some(0));
    let own = "filter out/a.jsonl.zst -o out/ --compression none --overwrite";
    assert_refused(&sandbox, own, &[], &["-o", "INPUT"]);
}

#[test]
fn merge_replaces_nothing_of_the_folders_it_reads() {
    let sandbox = sandbox();
    assert_eq!(sandbox.dechaff(&["filter", "other.jsonl", "-o", "done/"]).status.code(), Some(0));
    for file in ["done/other.jsonl.zst", "done/_dechaff/manifest.jsonl"] {
        assert_refused(&sandbox, "merge done -o W --overwrite", &[("W", file)], &["FOLDER", "-o"]);
        assert_refused(
            &sandbox,
            "merge done --by-host W --overwrite",
            &[("W", file)],
            &["FOLDER", "--by-host"],
        );
    }
    let own = "done/_dechaff/new.csv";
    assert_refused(&sandbox, "merge done --by-host W", &[("W", own)], &["--by-host", "_dechaff"]);
    let written = run(&sandbox, "merge done -o W", &[("W", "all.jsonl")]);
    assert_eq!(written.status.code(), Some(0), "{}", stderr(&written));
    let again = run(&sandbox, "merge done -o W --overwrite", &[("W", "all.jsonl")]);
    assert_eq!(again.status.code(), Some(0), "{}", stderr(&again));
}

/// The labels that are there are kept, so they may stand among the documents.
#[test]
fn labelling_goes_on_in_the_folder_of_the_documents() {
    use std::io::BufRead;
    let sandbox = sandbox();
    sandbox.write("in/a.jsonl", RECORD);
    let labels = "{\"id\":\"1\",\"blocks\":[{\"text\":\"The ferry runs again.\",\"label\":\"content\"}]}\n";
    sandbox.write("in/labels.jsonl", labels);
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_dechaff"))
        .args(["label", "in", "-o", "in/labels.jsonl"])
        .current_dir(sandbox.path("."))
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut address = String::new();
    std::io::BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(address.starts_with("http://127.0.0.1"), "{address}");
    assert_eq!(sandbox.read("in/labels.jsonl"), labels);
}

#[cfg(unix)]
#[test]
fn standard_streams_are_files_too_when_the_shell_makes_them_so() {
    let sandbox = sandbox();
    for command in [
        "filter other.jsonl >> other.jsonl",
        "filter other.jsonl -o - >> other.jsonl",
        "filter - -o other.jsonl --overwrite < other.jsonl",
        "filter other.jsonl --by-host=new.csv --overwrite >> new.csv",
    ] {
        let line = format!("exec {} {command}", env!("CARGO_BIN_EXE_dechaff"));
        let output =
            std::process::Command::new("sh").args(["-c", &line]).current_dir(sandbox.path(".")).output();
        let output = output.unwrap();
        assert_eq!(output.status.code(), Some(2), "{command}: {}", stderr(&output));
        assert_eq!(sandbox.read("other.jsonl"), RECORD, "{command}");
    }
}

#[cfg(unix)]
#[test]
fn an_output_that_is_a_link_goes_where_it_leads() {
    use std::os::unix::fs::symlink;
    let sandbox = sandbox();
    sandbox.write("in/a.jsonl", RECORD);
    sandbox.write("disk/old", "precious");
    symlink("../disk/old", sandbox.path("in/clean.jsonl")).unwrap();
    symlink("disk/new", sandbox.path("new.jsonl")).unwrap();
    symlink("nowhere/at/all", sandbox.path("dead.jsonl")).unwrap();
    for command in ["filter other.jsonl -o in/clean.jsonl", "filter other.jsonl -o new.jsonl"] {
        assert_refused(&sandbox, command, &[], &["-o", "--overwrite"]);
    }
    assert_refused(&sandbox, "filter other.jsonl -o dead.jsonl --overwrite", &[], &["no folder nowhere/at"]);
    for (link, target) in [("in/clean.jsonl", "disk/old"), ("new.jsonl", "disk/new")] {
        let output = sandbox.dechaff(&["filter", "in/a.jsonl", "-o", link, "--overwrite"]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert!(sandbox.path(link).is_symlink());
        assert_eq!(json_lines(&sandbox.read(target)).len(), 1);
    }
    // Below its inputs it is no input of the next run, as any output.
    std::fs::remove_file(sandbox.path("in/clean.jsonl")).unwrap();
    symlink("../disk/clean", sandbox.path("in/clean.jsonl")).unwrap();
    for _ in 0..2 {
        let output = sandbox.dechaff(&["filter", "in", "-o", "in/clean.jsonl", "--overwrite"]);
        assert!(stderr(&output).contains("1 read"), "{}", stderr(&output));
        assert_eq!(json_lines(&sandbox.read("disk/clean")).len(), 1);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn devices_are_written_to_and_have_no_files_beside_them() {
    use std::os::unix::fs::FileTypeExt;
    let sandbox = sandbox();
    sandbox.write("in.jsonl", format!("{RECORD}{{\"id\":2,\"text\":\n"));
    let null = sandbox.dechaff(&["filter", "in.jsonl", "-o", "/dev/null"]);
    assert_eq!(null.status.code(), Some(1), "{}", stderr(&null));
    assert!(stderr(&null).contains("rejected: {\"input\":\"in.jsonl\""), "{}", stderr(&null));
    assert!(!Path::new("/dev/null.rejects.jsonl").exists());
    let both = ["filter", "in.jsonl", "-o", "/dev/null", "--rejects", "/dev/null", "--by-host=/dev/null"];
    for overwrite in [None, Some("--overwrite")] {
        let output = sandbox.dechaff(&both.into_iter().chain(overwrite).collect::<Vec<_>>());
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert!(Path::new("/dev/null").metadata().unwrap().file_type().is_char_device());
    }
    let stream = sandbox.dechaff(&["filter", "in.jsonl", "-o", "/dev/stdout", "--quiet"]);
    assert_eq!(json_lines(&stdout(&stream)).len(), 1);
    // A stream that the shell sent to a file: what stood there before stays.
    let line = format!("exec {} filter in.jsonl -o /dev/stdout >> old.txt", env!("CARGO_BIN_EXE_dechaff"));
    sandbox.write("old.txt", "before\n");
    std::process::Command::new("sh").args(["-c", &line]).current_dir(sandbox.path(".")).output().unwrap();
    assert!(sandbox.read("old.txt").starts_with("before\n{"), "{}", sandbox.read("old.txt"));
}

#[test]
fn counts_by_host_are_never_an_input_by_mistake() {
    let sandbox = sandbox();
    sandbox.write("hosts.csv", "host,records\na.example,1\n");
    for file in ["hosts.csv", "new.csv", "new"] {
        let before = "filter other.jsonl -o clean.jsonl --by-host W";
        assert_refused(&sandbox, before, &[("W", file)], &[&format!("--by-host={file}")]);
        let behind = "filter --by-host W other.jsonl -o clean.jsonl";
        assert_refused(&sandbox, behind, &[("W", file)], &[&format!("--by-host={file}")]);
    }
    // What is an input all the same.
    let counted = run(&sandbox, "filter -o clean.jsonl --by-host other.jsonl", &[]);
    assert_eq!(counted.status.code(), Some(0), "{}", stderr(&counted));
    let table = run(&sandbox, "filter hosts.csv --text-field host --by-host -o table.jsonl", &[]);
    assert_eq!(table.status.code(), Some(0), "{}", stderr(&table));
    let named = run(&sandbox, "filter other.jsonl --by-host=W -o named.jsonl", &[("W", "new.csv")]);
    assert_eq!(named.status.code(), Some(0), "{}", stderr(&named));
    assert!(sandbox.read("new.csv").starts_with("host,records"));
}

#[test]
fn an_output_without_an_ending_is_a_folder_if_the_inputs_are() {
    let sandbox = sandbox();
    sandbox.write("in/a.jsonl", RECORD);
    let folder = sandbox.dechaff(&["filter", "in", "-o", "out"]);
    assert_eq!(folder.status.code(), Some(0), "{}", stderr(&folder));
    assert!(sandbox.path("out/a.jsonl.zst").exists());
    let again = sandbox.dechaff(&["filter", "in", "-o", "out"]);
    assert!(stderr(&again).contains("0 done now + 1 done before"), "{}", stderr(&again));
    assert_refused(&sandbox, "filter other.jsonl in/a.jsonl -o new", &[], &["new/", "new.jsonl"]);
    sandbox.write("file", "precious");
    assert_refused(&sandbox, "filter in other.jsonl -o file --overwrite", &[], &["file/", "file.jsonl"]);
    assert_eq!(sandbox.dechaff(&["filter", "other.jsonl", "-o", "one"]).status.code(), Some(0));
    assert_eq!(json_lines(&sandbox.read("one")).len(), 1);
}
