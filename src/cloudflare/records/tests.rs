//! Whole plans of records.
