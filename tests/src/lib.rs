//! The system tests are in `system/`. This library is empty: cargo wants a package to have one.
