//! Memory of this process.

use anyhow::Context as _;

/// The peak resident set size in bytes.
///
/// # Errors
///
/// Where there is no `/proc`.
pub fn peak_memory() -> anyhow::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes =
        line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    Ok(kilobytes.context("/proc/self/status has no VmHWM")? * 1024)
}
