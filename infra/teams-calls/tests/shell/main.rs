//! `teams-calls` as people and scripts use it in a shell: the real binary.
#![expect(
    clippy::unwrap_used,
    reason = "a test that unwraps what is not there fails, as it should"
)]

mod export;
mod forget;
mod import;
mod proxy;
mod report;
mod serve;

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_teams-calls"));
    command.args(arguments).env_remove("RUST_BACKTRACE");
    for variable in ["HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "CLIENT_SECRET"] {
        command.env_remove(variable);
    }
    command
}

/// The file of a demo in this folder. It is made once, and copied for each test.
fn data(folder: &Path) -> PathBuf {
    static DEMO: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("table");
        let demo = ["demo", "--people", "30", "--calls", "60", "--json", "--data"];
        let ran = command(&demo).arg(&file).output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        folder
    });
    for file in std::fs::read_dir(DEMO.path()).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), folder.join(file.file_name())).unwrap();
    }
    folder.join("table")
}

/// The head in small letters and the body of an answer.
fn http(host: &str, request: &str) -> (String, String) {
    let mut stream = TcpStream::connect(host).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head.to_lowercase(), body.to_owned())
}
