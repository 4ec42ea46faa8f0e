//! template.yaml and what belongs to it, compared with the code.

mod account;
mod alarms;
mod dashboard;
mod functions;
mod lake;
mod metrics;
mod names;
mod parameters;
mod permissions;
mod queries;
mod queues;
mod read;
mod readme;
mod requests;
mod secrets;
mod security;
mod table;
