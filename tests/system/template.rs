//! template.yaml and what belongs to it, held against the code.

mod alarms;
mod dashboard;
mod functions;
mod metrics;
mod parameters;
mod permissions;
mod queries;
mod queues;
mod read;
mod readme;
mod table;
