//! Any history ends in the highest versions: the real consumer over SQS events and the real store,
//! compared with [`system_tests::model::Model`].

mod invent;
mod stage;

use lambda_kit::Environment;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use invent::history;
use stage::Stage;

/// Histories in the test suite. The environment variable `HISTORIES` asks for more of them:
/// `HISTORIES=50000 cargo test -p system-tests any_history`.
const HISTORIES: u32 = 1_200;

/// Threads, each with a system of its own. Most of a history is waiting.
const THREADS: u32 = 6;

#[test]
fn any_history_ends_in_the_highest_version_of_each_call() {
    let wanted = Environment::from_process().optional_parsed("HISTORIES", "a number of histories");
    let each = wanted.unwrap().unwrap_or(HISTORIES).div_ceil(THREADS);
    std::thread::scope(|scope| {
        let threads: Vec<_> =
            (0..THREADS).map(|seed| scope.spawn(move || live(seed, each))).collect();
        for thread in threads {
            if let Err(failure) = thread.join() {
                std::panic::resume_unwind(failure);
            }
        }
    });
    println!("{} histories ended as the model says", each * THREADS);
}

/// Lives through so many histories. The same seed gives the same histories.
fn live(seed: u32, histories: u32) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let stage = runtime.block_on(Stage::new());
    let config = Config {
        cases: histories,
        failure_persistence: None,
        // Each try is a whole history.
        max_shrink_iters: 400,
        ..Config::default()
    };
    let seed = [u8::try_from(seed).unwrap(); 32];
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(config, random);
    let lived = runner.run(&history(), |history| {
        let differences = runtime.block_on(stage.live(&history));
        if differences.is_empty() {
            return Ok(());
        }
        Err(TestCaseError::fail(format!("\n{}", differences.join("\n"))))
    });
    if let Err(failure) = lived {
        panic!("{failure}");
    }
}
