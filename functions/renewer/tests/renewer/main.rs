//! The renewer against a fake Graph and a table that speak the real protocols.

mod lifecycle;
mod mishaps;
mod odd_graph;
mod stack;
mod subscription;
mod world;
