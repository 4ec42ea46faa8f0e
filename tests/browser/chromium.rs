//! A headless Chromium that is driven over the DevTools protocol, through a pipe: it listens on
//! nothing.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use serde_json::{Value, json};
use tempfile::TempDir;

const FLAGS: [&str; 11] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
];

/// The pipe is file descriptors 3 and 4, which the shell makes of its standard input and output.
const ON_THE_PIPE: &str = r#"exec chromium "$@" 3<&0 4>&1 </dev/null >/dev/null 2>&1"#;

/// A browser with one page. It ends when dropped.
pub(crate) struct Chromium {
    process: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    session: String,
    next: u64,
    _profile: TempDir,
}

impl Chromium {
    pub(crate) fn start() -> Self {
        let profile = tempfile::tempdir().unwrap();
        let mut process = Command::new("sh")
            .args(["-c", ON_THE_PIPE, "chromium"])
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("there is a shell");
        let to = process.stdin.take().unwrap();
        let from = BufReader::new(process.stdout.take().unwrap());
        let session = String::new();
        let mut browser = Self { process, to, from, session, next: 0, _profile: profile };
        let target = browser.command("Target.createTarget", &json!({"url": "about:blank"}));
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let attached = browser.command("Target.attachToTarget", &attach);
        browser.session = attached["sessionId"].as_str().unwrap().to_owned();
        browser
    }

    /// Sends a command and waits for its answer; events are passed over.
    pub(crate) fn command(&mut self, method: &str, params: &Value) -> Value {
        self.next += 1;
        let mut message = json!({"id": self.next, "method": method, "params": params});
        if !self.session.is_empty() {
            message["sessionId"] = self.session.as_str().into();
        }
        let mut bytes = message.to_string().into_bytes();
        bytes.push(0);
        self.to.write_all(&bytes).expect("chromium runs: is the package chromium installed?");
        self.to.flush().unwrap();
        loop {
            let mut answer = Vec::new();
            let read = self.from.read_until(0, &mut answer).unwrap();
            assert!(read > 0, "chromium ended: is the package chromium installed?");
            answer.pop();
            let mut answer: Value = serde_json::from_slice(&answer).unwrap();
            if answer["id"] == self.next {
                assert!(answer.get("error").is_none(), "{method}: {answer}");
                return answer["result"].take();
            }
        }
    }

    /// What a script comes to; a promise is waited for.
    pub(crate) fn evaluate(&mut self, script: &str) -> Value {
        let params = json!({"expression": script, "awaitPromise": true, "returnByValue": true});
        let mut answer = self.command("Runtime.evaluate", &params);
        assert!(answer.get("exceptionDetails").is_none(), "{script}: {answer}");
        answer["result"]["value"].take()
    }

    /// Opens a page in a window of this width, and waits until it shows a report.
    pub(crate) fn open(&mut self, url: &str, width: u32) {
        let size = json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
        self.command("Emulation.setDeviceMetricsOverride", &size);
        self.evaluate("document.documentElement.dataset.leaving = 'yes'");
        self.command("Page.navigate", &json!({ "url": url }));
        self.wait_for_shown(0);
    }

    /// Clicks the first link with this text inside the first element that a selector finds, and
    /// waits for what it shows.
    pub(crate) fn click(&mut self, inside: &str, text: &str) {
        let before = self.shown();
        let script = format!(
            "(() => {{
                const place = document.querySelector({inside});
                if (!place) throw new Error('there is no ' + {inside});
                const link = [...place.querySelectorAll('a, button')].find((a) => a.textContent.trim() === {text});
                if (!link) throw new Error('no link says ' + {text} + ' in ' + place.innerText);
                link.click();
            }})()",
            inside = json!(inside),
            text = json!(text),
        );
        self.evaluate(&script);
        self.wait_for_shown(before);
    }

    /// Presses Enter where the focus is.
    pub(crate) fn press_enter(&mut self) {
        self.press("Enter", 13, Some("\r"));
    }

    /// Presses Enter where the focus is, and waits for what it shows.
    pub(crate) fn follow(&mut self) {
        let before = self.shown();
        self.press_enter();
        self.wait_for_shown(before);
    }

    /// Moves the focus with the tabulator to where a script is true of the focused element `it`. It is reached
    /// in one round, or not at all.
    pub(crate) fn tab_to(&mut self, is_there: &str) {
        for _ in 0..400 {
            self.press("Tab", 9, None);
            let script = format!("((it) => Boolean({is_there}))(document.activeElement)");
            if self.evaluate(&script) == true {
                return;
            }
        }
        panic!("the focus never comes to where {is_there}");
    }

    /// Types where the focus is.
    pub(crate) fn type_text(&mut self, text: &str) {
        self.command("Input.insertText", &json!({ "text": text }));
    }

    fn press(&mut self, name: &str, code: u32, text: Option<&str>) {
        for kind in ["keyDown", "keyUp"] {
            let mut key =
                json!({"type": kind, "key": name, "code": name, "windowsVirtualKeyCode": code});
            if let Some(text) = text {
                key["text"] = text.into();
            }
            self.command("Input.dispatchKeyEvent", &key);
        }
    }

    /// Does something by a script, and waits for what it shows.
    pub(crate) fn after(&mut self, script: &str) {
        let before = self.shown();
        self.evaluate(script);
        self.wait_for_shown(before);
    }

    /// How many answers the page has shown; none while it is being left.
    fn shown(&mut self) -> u64 {
        let script = "(() => {
            const page = document.documentElement;
            return page && !page.dataset.leaving ? Number(page.dataset.shown || 0) : 0;
        })()";
        self.evaluate(script).as_u64().unwrap_or(0)
    }

    /// Waits until more answers were shown than that, a minute at most.
    fn wait_for_shown(&mut self, before: u64) {
        let until = Instant::now() + Duration::from_secs(60);
        while self.shown() <= before {
            assert!(Instant::now() < until, "nothing was shown for a minute");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// A picture of the whole page.
    pub(crate) fn screenshot(&mut self, file: &Path) {
        let size = self.evaluate(
            "({width: document.documentElement.scrollWidth, height: document.documentElement.scrollHeight})",
        );
        let clip =
            json!({"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1});
        let params = json!({"format": "png", "captureBeyondViewport": true, "clip": clip});
        let answer = self.command("Page.captureScreenshot", &params);
        let png =
            base64::engine::general_purpose::STANDARD.decode(answer["data"].as_str().unwrap());
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, png.unwrap()).unwrap();
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
