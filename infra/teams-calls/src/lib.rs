#![doc = include_str!("../README.md")]

pub mod account;
pub mod benchmark;
pub mod commands;
pub mod console;
pub mod data_file;
pub mod deployed;
pub mod doctor;
pub mod import;
pub mod model;
pub mod soak;
pub mod system;
