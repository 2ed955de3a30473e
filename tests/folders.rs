//! What stands in an output folder: whose it is, when it may be replaced, and what `merge` says of it.

mod common;

use common::{PARAGRAPH, Sandbox, article, json_lines, stderr, stdout};

fn record(id: usize) -> String {
    let text = article(&["Subscribe now", &format!("Page {id} of the archive")]);
    serde_json::json!({"id": id, "url": format!("https://a{}.example/{id}", id % 2), "text": text})
        .to_string()
        + "\n"
}

/// Dumps of one record each.
fn write_crawl(sandbox: &Sandbox, folder: &str, dumps: std::ops::Range<usize>) {
    for dump in dumps {
        sandbox.write(&format!("{folder}/part-{dump}.jsonl"), record(dump));
    }
}

/// The files of a folder without its own.
fn outputs(sandbox: &Sandbox, folder: &str) -> Vec<(String, Vec<u8>)> {
    let entries = std::fs::read_dir(sandbox.path(folder)).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path()).filter(|path| path.is_file());
    let mut files: Vec<(String, Vec<u8>)> = paths
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}

#[test]
fn other_settings_are_refused_and_named() {
    let sandbox = Sandbox::new();
    write_crawl(&sandbox, "crawl", 0..2);
    assert_eq!(sandbox.dechaff(&["filter", "crawl", "-o", "out/", "--by-host"]).status.code(), Some(0));
    let before = outputs(&sandbox, "out");
    let model = std::fs::read(common::repository("models/default.dechaff")).unwrap();
    sandbox.write("same.dechaff", model);
    let others: [(&[&str], &str); 14] = [
        (&["--min-words", "5"], "--min-words was 0, is 5"),
        (&["--max-content-loss", "0.1%"], "--max-content-loss"),
        (&["--keep", "comment"], "--keep"),
        (&["--drop", "paywall"], "--drop"),
        (&["--drop-gated"], "--drop-gated was false, is true"),
        (&["--text-format", "markdown"], "--text-format was \"plain\", is \"markdown\""),
        (&["--keep-html"], "--keep-html"),
        (&["--text-field", "body"], "--text-field was \"text\", is \"body\""),
        (&["--compression", "gzip"], "--compression was \"zstd\", is \"gzip\""),
        (&["--output-format", "wet"], "--output-format was \"jsonl\", is \"wet\""),
        (&["--shard-size", "1MB"], "--shard-size was nothing, is 1000000"),
        (&["--max-record-bytes", "1MB"], "--max-record-bytes"),
        (&["--max-seconds-per-record", "5"], "--max-seconds-per-record was nothing, is 5"),
        (&["--format", "jsonl"], "--format was nothing, is \"jsonl\""),
    ];
    for (options, told) in others {
        let mut arguments = vec!["filter", "crawl", "-o", "out/", "--by-host"];
        arguments.extend(options);
        let output = sandbox.dechaff(&arguments);
        assert_eq!(output.status.code(), Some(2), "{options:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(told), "{told}: {}", stderr(&output));
        assert!(stderr(&output).contains("another folder, or --overwrite"), "{}", stderr(&output));
    }
    let annotated = sandbox.dechaff(&["annotate", "crawl", "-o", "out/", "--by-host"]);
    let told = "the command was \"filter\", is \"annotate\"; give another folder";
    assert!(stderr(&annotated).contains(told), "{}", stderr(&annotated));
    // What changes no byte is no other setting; the same model from a file is the same model.
    let same = [
        "filter",
        "crawl",
        "-o",
        "out/",
        "--by-host",
        "--threads",
        "2",
        "--max-rejects",
        "3",
        "--model",
        "same.dechaff",
    ];
    let same = sandbox.dechaff(&same);
    assert!(stderr(&same).contains("0 done now + 2 done before"), "{}", stderr(&same));
    assert_eq!(outputs(&sandbox, "out"), before);
    // With --overwrite all is done again, and from then on the new settings are those of the folder.
    let over =
        sandbox.dechaff(&["filter", "crawl", "-o", "out/", "--by-host", "--min-words", "5", "--overwrite"]);
    assert!(stderr(&over).contains("2 = 2 done now + 0 done before"), "{}", stderr(&over));
    let old = sandbox.dechaff(&["filter", "crawl", "-o", "out/", "--by-host"]);
    assert!(stderr(&old).contains("--min-words was 5, is 0"), "{}", stderr(&old));
}

#[test]
fn a_run_that_replaces_all_can_be_stopped_and_goes_on() {
    let sandbox = Sandbox::new();
    write_crawl(&sandbox, "crawl", 0..3);
    assert_eq!(sandbox.dechaff(&["filter", "crawl", "-o", "out/"]).status.code(), Some(0));
    let overwrite = ["filter", "crawl", "-o", "out/", "--min-words", "2", "--overwrite"];
    assert_eq!(sandbox.dechaff(&overwrite).status.code(), Some(0));
    // As if it had been killed before its last unit.
    let manifest = sandbox.read("out/_dechaff/manifest.jsonl");
    let lines: Vec<&str> = manifest.lines().collect();
    sandbox.write("out/_dechaff/manifest.jsonl", lines[..lines.len() - 1].join("\n") + "\n");
    let go_on = sandbox.dechaff(&overwrite[..overwrite.len() - 1]);
    assert!(stderr(&go_on).contains("3 = 1 done now + 2 done before"), "{}", stderr(&go_on));
    // An agreement for some inputs is none for others.
    let some = ["filter", "crawl/part-0.jsonl", "-o", "out/", "--min-words", "3", "--overwrite"];
    assert_eq!(sandbox.dechaff(&some).status.code(), Some(0));
    let all = sandbox.dechaff(&["filter", "crawl", "-o", "out/", "--min-words", "3"]);
    assert!(stderr(&all).contains("--min-words was 2, is 3"), "{}", stderr(&all));
}

#[test]
fn other_inputs_of_the_same_names_are_refused_and_moved_ones_are_not() {
    let sandbox = Sandbox::new();
    write_crawl(&sandbox, "a", 0..2);
    sandbox.write("b/part-0.jsonl", record(70));
    assert_eq!(sandbox.dechaff(&["filter", "a", "-o", "out/"]).status.code(), Some(0));
    let before = outputs(&sandbox, "out");
    let other = sandbox.dechaff(&["filter", "b", "-o", "out/"]);
    assert_eq!(other.status.code(), Some(2));
    for told in ["b/part-0.jsonl", "a/part-0.jsonl", "--overwrite"] {
        assert!(stderr(&other).contains(told), "{told}: {}", stderr(&other));
    }
    assert_eq!(outputs(&sandbox, "out"), before);
    std::fs::rename(sandbox.path("a"), sandbox.path("moved")).unwrap();
    let moved = sandbox.dechaff(&["filter", "moved", "-o", "out/"]);
    assert!(stderr(&moved).contains("0 done now + 2 done before"), "{}", stderr(&moved));
}

#[test]
fn standard_input_is_never_done_before() {
    let sandbox = Sandbox::new();
    let first = sandbox.dechaff_with_stdin(&["filter", "-", "-o", "out/"], record(1));
    assert_eq!(first.status.code(), Some(0), "{}", stderr(&first));
    let before = outputs(&sandbox, "out");
    let second = sandbox.dechaff_with_stdin(&["filter", "-", "-o", "out/"], record(2));
    assert_eq!(second.status.code(), Some(2), "{}", stderr(&second));
    assert!(stderr(&second).contains("standard input") && stderr(&second).contains("stdin.jsonl.zst"));
    assert_eq!(outputs(&sandbox, "out"), before);
    let over = sandbox.dechaff_with_stdin(&["filter", "-", "-o", "out/", "--overwrite"], record(2));
    assert!(stderr(&over).contains("1 = 1 done now"), "{}", stderr(&over));
}

#[test]
fn what_others_put_into_a_used_folder_stays() {
    let sandbox = Sandbox::new();
    write_crawl(&sandbox, "crawl", 0..1);
    assert_eq!(
        sandbox.dechaff(&["filter", "crawl", "-o", "out/", "--compression", "none"]).status.code(),
        Some(0)
    );
    // A stranger under a name that a new input would take, and an output that somebody worked on.
    sandbox.write("out/part-1.jsonl", "of somebody else");
    write_crawl(&sandbox, "crawl", 1..2);
    let stranger = sandbox.dechaff(&["filter", "crawl", "-o", "out/", "--compression", "none"]);
    assert_eq!(stranger.status.code(), Some(2));
    assert!(stderr(&stranger).contains("out/part-1.jsonl"), "{}", stderr(&stranger));
    std::fs::remove_file(sandbox.path("out/part-1.jsonl")).unwrap();
    sandbox.write("out/part-0.jsonl", "edited");
    let edited = sandbox.dechaff(&["filter", "crawl", "-o", "out/", "--compression", "none"]);
    assert_eq!(edited.status.code(), Some(2));
    assert!(stderr(&edited).contains("out/part-0.jsonl"), "{}", stderr(&edited));
    assert_eq!(sandbox.read("out/part-0.jsonl"), "edited");
    // What is gone is made again.
    std::fs::remove_file(sandbox.path("out/part-0.jsonl")).unwrap();
    let again = sandbox.dechaff(&["filter", "crawl", "-o", "out/", "--compression", "none"]);
    assert!(stderr(&again).contains("2 = 2 done now"), "{}", stderr(&again));
}

#[test]
fn names_that_collide_across_shards_are_refused_by_each() {
    let sandbox = Sandbox::new();
    sandbox.write("a/x.jsonl", record(1));
    sandbox.write("b/x.jsonl", record(2));
    for shard in ["0/2", "1/2"] {
        let output = sandbox.dechaff(&["filter", "a/x.jsonl", "b/x.jsonl", "-o", "out/", "--shard", shard]);
        assert_eq!(output.status.code(), Some(2), "{shard}");
    }
    assert!(!sandbox.path("out").exists());
}

#[test]
fn a_folder_that_a_run_wrote_below_its_input_is_not_read() {
    let sandbox = Sandbox::new();
    write_crawl(&sandbox, "crawl", 0..2);
    for command in ["filter", "annotate"] {
        let out = format!("crawl/{command}/");
        for done in ["2 done now + 0 done before", "0 done now + 2 done before"] {
            let output = sandbox.dechaff(&[command, "crawl", "-o", &out]);
            assert!(stderr(&output).contains(done), "{command}: {}", stderr(&output));
        }
    }
    let pattern = sandbox.dechaff(&["filter", "crawl/**/*.jsonl*", "-o", "out/"]);
    assert!(stderr(&pattern).contains("2 = 2 done now"), "{}", stderr(&pattern));
    // Named itself, it is an input like any other; its own folder never is.
    let named = sandbox.dechaff(&["filter", "crawl/filter", "-o", "twice/"]);
    assert!(stderr(&named).contains("2 = 2 done now"), "{}", stderr(&named));
    let own = sandbox.dechaff(&["filter", "crawl/filter/_dechaff", "-o", "own/"]);
    assert_eq!(own.status.code(), Some(2), "{}", stderr(&own));
}

#[test]
fn an_output_beside_the_inputs_is_not_read() {
    let sandbox = Sandbox::new();
    write_crawl(&sandbox, "crawl", 0..2);
    sandbox.write("crawl/broken.jsonl", "{\"id\":\n");
    let read = "3 read = 2 written + 0 dropped + 1 rejected";
    let clean = ["filter", "crawl", "-o", "crawl/clean.jsonl", "--by-host=crawl/hosts.csv"];
    let first = sandbox.dechaff(&clean);
    assert!(stderr(&first).contains(read), "{}", stderr(&first));
    let before = sandbox.read("crawl/clean.jsonl");
    assert_eq!(sandbox.dechaff(&clean).status.code(), Some(2), "it exists");
    let again = sandbox.dechaff(&clean.into_iter().chain(["--overwrite"]).collect::<Vec<_>>());
    assert!(stderr(&again).contains(read), "{}", stderr(&again));
    assert_eq!(sandbox.read("crawl/clean.jsonl"), before);
    let report = sandbox.dechaff(&["report", "crawl", "-o", "crawl/report.html"]);
    assert!(stderr(&report).contains("3 read"), "{}", stderr(&report));
    let other = sandbox.dechaff(&["filter", "crawl/*.jsonl", "-o", "other.jsonl"]);
    assert!(stderr(&other).contains(read), "{}", stderr(&other));
    let folder = sandbox.dechaff(&["annotate", "crawl", "-o", "labels/"]);
    assert!(stderr(&folder).contains("3 = 3 done now"), "{}", stderr(&folder));
    // An input is no earlier output only because it has the name of this one's.
    let mine = sandbox.dechaff(&["filter", "crawl", "-o", "crawl/part-0.jsonl", "--overwrite"]);
    assert_eq!(mine.status.code(), Some(2), "{}", stderr(&mine));
    assert_eq!(sandbox.read("crawl/part-0.jsonl"), record(0));
}

#[test]
fn outputs_in_the_input_folder_itself_are_no_inputs_of_the_next_run() {
    let sandbox = Sandbox::new();
    write_crawl(&sandbox, "crawl", 0..2);
    let run = || sandbox.dechaff(&["filter", "crawl", "-o", "crawl/"]);
    assert!(stderr(&run()).contains("2 = 2 done now"));
    let again = run();
    assert!(stderr(&again).contains("2 = 0 done now + 2 done before"), "{}", stderr(&again));
    assert!(stderr(&again).contains("2 an earlier run wrote it there"), "{}", stderr(&again));
}

#[test]
fn counts_by_host_of_a_run_that_goes_on_are_written_again_and_others_are_not() {
    let sandbox = Sandbox::new();
    write_crawl(&sandbox, "crawl", 0..2);
    let run = || sandbox.dechaff(&["filter", "crawl", "-o", "out/", "--by-host=hosts.csv"]);
    assert_eq!(run().status.code(), Some(0));
    write_crawl(&sandbox, "crawl", 2..4);
    let again = run();
    assert_eq!(again.status.code(), Some(0), "{}", stderr(&again));
    assert!(sandbox.read("hosts.csv").contains("\na0.example,2,"), "{}", sandbox.read("hosts.csv"));
    sandbox.write("hosts.csv", "host,note\na0.example,mine\n");
    assert_eq!(run().status.code(), Some(2));
    assert!(sandbox.read("hosts.csv").contains("mine"));
}

#[test]
fn merge_tells_what_is_missing_by_name() {
    let sandbox = Sandbox::new();
    write_crawl(&sandbox, "one", 0..4);
    write_crawl(&sandbox, "two", 10..14);
    // One machine did half of its inputs, the other all of its own.
    for (inputs, out) in [("one", "a/"), ("two", "b/")] {
        assert_eq!(sandbox.dechaff(&["filter", inputs, "-o", out]).status.code(), Some(0));
    }
    let manifest = sandbox.read("a/_dechaff/manifest.jsonl");
    let half: Vec<&str> = manifest
        .lines()
        .filter(|line| !line.contains("{\"unit\":\"part-2\"") && !line.contains("{\"unit\":\"part-3\""))
        .collect();
    sandbox.write("a/_dechaff/manifest.jsonl", half.join("\n") + "\n");
    let merged = sandbox.dechaff(&["merge", "a", "b"]);
    assert_eq!(merged.status.code(), Some(1), "{}", stderr(&merged));
    assert!(stderr(&merged).contains("2 of 8 inputs are not done: part-2, part-3"), "{}", stderr(&merged));
    assert_eq!(sandbox.dechaff(&["filter", "one", "-o", "a/"]).status.code(), Some(0));
    assert_eq!(sandbox.dechaff(&["merge", "a", "b"]).status.code(), Some(0));
    // A file that is not there, or not as it was written, is not done.
    std::fs::remove_file(sandbox.path("a/part-0.jsonl.zst")).unwrap();
    sandbox.write("a/part-1.jsonl.zst", "short");
    let damaged = sandbox.dechaff(&["merge", "a", "b"]);
    assert_eq!(damaged.status.code(), Some(1));
    assert!(
        stderr(&damaged).contains("a/part-0.jsonl.zst: the output of part-0 is not there"),
        "{}",
        stderr(&damaged)
    );
    assert!(
        stderr(&damaged).contains("a/part-1.jsonl.zst: the output of part-1 has 5 bytes"),
        "{}",
        stderr(&damaged)
    );
}

#[test]
fn merge_compares_the_lists_of_shards() {
    let sandbox = Sandbox::new();
    write_crawl(&sandbox, "crawl", 0..3);
    assert_eq!(sandbox.dechaff(&["filter", "crawl", "-o", "out/", "--shard", "0/2"]).status.code(), Some(0));
    write_crawl(&sandbox, "crawl", 3..4);
    assert_eq!(sandbox.dechaff(&["filter", "crawl", "-o", "out/", "--shard", "1/2"]).status.code(), Some(0));
    let merged = sandbox.dechaff(&["merge", "out"]);
    assert_eq!(merged.status.code(), Some(1));
    assert!(
        stderr(&merged).contains("different lists of inputs (3 for 0/2, 4 for 1/2)"),
        "{}",
        stderr(&merged)
    );
}

#[test]
fn merge_prints_its_summary_where_scripts_read_it() {
    let sandbox = Sandbox::new();
    sandbox
        .write("in.jsonl", format!("{{\"id\":1,\"url\":\"https://a.example/\",\"text\":\"{PARAGRAPH}\"}}\n"));
    assert_eq!(sandbox.dechaff(&["filter", "in.jsonl", "-o", "out/", "--by-host"]).status.code(), Some(0));
    let merged = sandbox.dechaff(&["merge", "out", "--json", "--by-host=hosts.csv"]);
    assert_eq!(json_lines(&stdout(&merged))[0]["records"], 1);
    assert_eq!(stderr(&merged), "");
    assert!(sandbox.read("hosts.csv").contains("a.example,1"));
    assert_eq!(sandbox.dechaff(&["merge", "out", "--json", "-o", "-"]).status.code(), Some(2));
}

#[test]
fn a_name_that_is_too_long_costs_itself_only() {
    let sandbox = Sandbox::new();
    write_crawl(&sandbox, "crawl", 0..2);
    // It can be read, and with the ending of an output it cannot be written.
    sandbox.write(&format!("crawl/deep/{}.jsonl", "n".repeat(246)), record(7));
    let run = || sandbox.dechaff(&["filter", "crawl", "-o", "out/"]);
    let first = run();
    assert_eq!(first.status.code(), Some(1), "{}", stderr(&first));
    assert!(stderr(&first).contains("3 = 2 done now + 0 done before + 1 failed"), "{}", stderr(&first));
    assert!(stderr(&first).contains("give the input a shorter name"), "{}", stderr(&first));
    assert!(stderr(&run()).contains("3 = 0 done now + 2 done before + 1 failed"));
    let short = sandbox.dechaff(&["filter", "crawl", "-o", "plain/", "--compression", "none"]);
    assert_eq!(short.status.code(), Some(0), "{}", stderr(&short));
}

#[test]
fn pages_of_two_folders_have_ids_of_their_own() {
    let sandbox = Sandbox::new();
    for folder in ["x", "y", "y/old"] {
        sandbox.write(&format!("pg/{folder}/i.html"), format!("<h1>Of {folder}</h1><p>{PARAGRAPH}"));
    }
    let ids = |arguments: &[&str]| -> Vec<String> {
        let output = sandbox.dechaff(&[&["sample", "--share", "100%", "--quiet"], arguments].concat());
        json_lines(&stdout(&output)).iter().map(|page| page["id"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&["pg/x"]), ["i.html"]);
    let all = ["x/i.html", "y/i.html", "y/old/i.html"];
    assert_eq!(ids(&["pg/x", "pg/y"]), all);
    assert_eq!(ids(&["pg"]), all);
    // What was done alone is done again beside another folder, as its ids are others then.
    let filter = |folders: &[&str]| sandbox.dechaff(&[&["filter", "-o", "out/"], folders].concat());
    filter(&["pg/x"]);
    let both = filter(&["pg/x", "pg/y"]);
    assert!(stderr(&both).contains("2 = 2 done now"), "{}", stderr(&both));
    assert!(stderr(&filter(&["pg/x", "pg/y"])).contains("2 = 0 done now + 2 done before"));
}

#[test]
fn options_of_a_folder_are_refused_without_one() {
    let sandbox = Sandbox::new();
    write_crawl(&sandbox, "crawl", 0..1);
    let input = "crawl/part-0.jsonl";
    for (arguments, option) in [
        (&["filter", input, "--shard-size", "1MB"][..], "--shard-size"),
        (&["filter", input, "-o", "a.jsonl", "--inputs-at-once", "2"], "--inputs-at-once"),
        (&["filter", input, "-o", "a.jsonl", "--compression", "gzip"], "--compression: a.jsonl"),
        (&["filter", input, "-o", "a.jsonl.gz", "--compression", "zstd"], "--compression: a.jsonl.gz"),
        (&["report", input, "-o", "a.html", "--shard-size", "1MB"], "--shard-size"),
    ] {
        let output = sandbox.dechaff(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", stderr(&output));
        assert!(stderr(&output).contains(option), "{arguments:?}: {}", stderr(&output));
    }
    assert_eq!(sandbox.names(), ["crawl"]);
    let same = sandbox.dechaff(&["filter", input, "-o", "a.jsonl.gz", "--compression", "gzip"]);
    assert_eq!(same.status.code(), Some(0), "{}", stderr(&same));
    let packed = sandbox.dechaff(&["filter", input, "--compression", "gzip"]);
    assert_eq!(packed.stdout, std::fs::read(sandbox.path("a.jsonl.gz")).unwrap(), "{}", stderr(&packed));
}
