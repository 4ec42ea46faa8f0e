#![doc = include_str!("../README.md")]

pub mod account;
pub mod commands;
pub mod console;
pub mod data_file;
pub mod doctor;
pub mod export;
pub mod import;
pub mod system;
pub mod text_table;
